/** AbortSignal.timeout, which browsers lack that could run everything else here. */
export function timeoutSignal(milliseconds: number): AbortSignal {
  const timeout = new AbortController()
  setTimeout(() => timeout.abort(), milliseconds)
  return timeout.signal
}
