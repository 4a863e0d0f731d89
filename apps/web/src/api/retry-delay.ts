const firstDelay = 400
const longestDelay = 6_500

/**
 * How long to wait before the next try, in milliseconds. The random half on top spreads out the tabs that all lost the
 * same server at the same moment, and never brings one back before the server asked for it.
 */
export function retryDelay(failures: number, askedFor: number, random = Math.random()): number {
  const backoff = Math.min(firstDelay * 2 ** failures, longestDelay)
  return Math.max(backoff, askedFor) * (1 + random / 2)
}

/** The milliseconds that a Retry-After header asks for: seconds or a date (RFC 9110, section 10.2.3). */
export function retryAfter(header: string | null): number {
  if (!header) return 0
  const delay = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now()
  return Math.max(delay, 0) || 0
}
