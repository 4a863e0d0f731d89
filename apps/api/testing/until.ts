import { setTimeout as pause } from 'node:timers/promises'

const INTERVAL_MS = 5

interface UntilOptions {
  /** Milliseconds; by default it waits for as long as the test may take. */
  timeout?: number
  /** What the error says after the timeout. */
  message?: () => string
}

/**
 * Resolves with the first value of `check` that is truthy. It is asked again every few milliseconds. Rejects if `check`
 * throws, or after the timeout.
 */
export async function until<T>(check: () => T | Promise<T>, { timeout, message }: UntilOptions = {}) {
  const end = performance.now() + (timeout ?? Number.POSITIVE_INFINITY)
  for (;;) {
    const value = await check()
    if (value) return value as Exclude<T, false | 0 | '' | null | undefined>
    if (performance.now() > end) throw new Error(message?.() ?? `Not so within ${timeout} ms: ${check}`)
    await pause(INTERVAL_MS)
  }
}
