import { DAY_MS } from '../lib/time.ts'

/** Milliseconds that an attempt may take. */
export const WEBHOOK_TIMEOUT_MS = 10_000

const MINUTE_MS = 60_000

/** From an attempt to the next one, beside what it may take; the last again and again. */
const DELAYS_MS = [5000, 30_000, 2 * MINUTE_MS, 10 * MINUTE_MS, 30 * MINUTE_MS, 60 * MINUTE_MS, 3 * 60 * MINUTE_MS]

/** Milliseconds from the beginning of an attempt to that of the next one. @param attempts that there were before */
export const webhookDelayMs = (attempts: number): number =>
  WEBHOOK_TIMEOUT_MS + (DELAYS_MS[Math.min(attempts, DELAYS_MS.length - 1)] ?? 0)

/** Whether it is too late for any attempt: the server was away for long. @param now milliseconds since 1970 */
export const isOutdated = ({ at }: { at: string }, now: number): boolean => now > Date.parse(at) + DAY_MS

/** Whether the next attempt would be more than a day after the event. */
export const isGivenUp = ({ at, dueAt }: { at: string; dueAt: string }): boolean =>
  Date.parse(dueAt) > Date.parse(at) + DAY_MS
