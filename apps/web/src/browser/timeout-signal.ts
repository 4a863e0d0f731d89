/** AbortSignal.timeout, for browsers that lack it and have everything else the app needs. */
export function timeoutSignal(milliseconds: number): AbortSignal {
  const timeout = new AbortController()
  setTimeout(() => timeout.abort(), milliseconds)
  return timeout.signal
}
