/**
 * What a browser API gives, or undefined where the browser has no such API or refuses it. Refusals take any form: the
 * API is missing, its getter throws (storage and locks, with cookies blocked), or the call does.
 */
export function attempt<T>(use: () => T): T | undefined {
  try {
    return use()
  } catch {
    return undefined
  }
}
