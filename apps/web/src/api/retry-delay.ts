const FIRST_DELAY_MS = 400
const LONGEST_DELAY_MS = 6_500
/** Nobody who looks at a page waits longer, whatever the server or a proxy asks for. */
const LIMIT_MS = 10_000

/**
 * Milliseconds before the next try. Up to half is added at random: it spreads out the tabs that lost the same server at
 * the same moment, and none comes back before the time the server asked for, ten seconds at most.
 */
export function retryDelay(failures: number, minDelay: number, random = Math.random()): number {
  const backoff = Math.min(FIRST_DELAY_MS * 2 ** failures, LONGEST_DELAY_MS)
  return Math.min(Math.max(backoff, minDelay) * (1 + random / 2), LIMIT_MS - random * 1000)
}

/**
 * The same while a server restarts. All of its tabs have lost it, and it will be back soon: so they don't come sooner than they
 * would, in no rush, and within three seconds, or later if the server asks for it, ten seconds at most.
 */
export const restartDelay = (minDelay: number, random = Math.random()): number =>
  Math.min(Math.max(minDelay, 800) + random * 2200, LIMIT_MS - random * 1000)

/** The milliseconds that a Retry-After header asks for, in seconds or as a date (RFC 9110, section 10.2.3). */
export function retryAfter(header: string | null): number {
  if (!header) return 0
  const delay = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now()
  return Math.max(delay, 0) || 0
}
