/**
 * The result of a browser API, or undefined if the browser lacks it or refuses it. A refusal may be a missing API, a
 * getter that throws (storage and locks, with cookies blocked), or a call that throws.
 */
export function attempt<T>(use: () => T): T | undefined {
  try {
    return use()
  } catch {
    return undefined
  }
}
