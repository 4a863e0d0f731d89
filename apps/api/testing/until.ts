import { setTimeout as pause } from 'node:timers/promises'

const INTERVAL_MS = 2

interface UntilOptions {
  /** By default it waits for as long as the test may take. */
  timeoutMs?: number
  /** What the error says after the timeout. */
  message?: () => string
}

/**
 * Resolves with the first value of `check` that is truthy. It is asked again every few milliseconds. Rejects if `check`
 * throws, or after the timeout.
 */
export async function until<T>(check: () => T | Promise<T>, { timeoutMs, message }: UntilOptions = {}) {
  const end = performance.now() + (timeoutMs ?? Number.POSITIVE_INFINITY)
  for (;;) {
    const value = await check()
    if (value) return value as Exclude<T, false | 0 | '' | null | undefined>
    if (performance.now() > end) throw new Error(message?.() ?? `Not so within ${timeoutMs} ms: ${check}`)
    await pause(INTERVAL_MS)
  }
}
