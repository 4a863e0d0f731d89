import type { IncomingMessage } from 'node:http'
import type { Refusal } from './refusal.ts'

/** Header lines that a request may have. Node would drop further ones without an error, even a second Host. */
const MAX_HEADERS = 100

/** uri-host [ ":" port ] (RFC 9110, section 7.2), or empty for a target without an authority. */
const HOST = /^(?:(?:[\w.~!$&'()*+,;=%-]+|\[[\da-fA-F:.]+\])(?::\d*)?)?$/

/** Errors in the head of a request that Node's parser does not find (RFC 9112, sections 2.3 and 3.2). */
export function checkHead(req: IncomingMessage): Refusal | undefined {
  const { httpVersionMajor, httpVersionMinor, rawHeaders } = req
  if (httpVersionMajor !== 1) {
    return httpVersionMajor === 0
      ? malformed('HTTP/0.9 is not supported. Use HTTP/1.1.')
      : { code: 'http-version-not-supported', detail: 'This HTTP version is not supported. Use HTTP/1.1.' }
  }
  if (rawHeaders.length > MAX_HEADERS * 2) {
    return { code: 'headers-too-large', detail: `The request has more than ${MAX_HEADERS} header lines.` }
  }
  let hosts = 0
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] as string
    if (name.length === 4 && name.toLowerCase() === 'host') hosts += 1
  }
  if (hosts > 1) return malformed('The request has more than one Host header.')
  if (hosts === 0 && httpVersionMinor > 0) return malformed('The request has no Host header.')
  if (hosts === 1 && !HOST.test(req.headers.host as string)) return malformed('The Host header is not a valid host.')
  if (!isTarget(req)) return malformed('The request target is neither a path nor an http URL.')
  return undefined
}

/** Origin-form, absolute-form, or the asterisk of OPTIONS (RFC 9112, section 3.2). */
function isTarget({ url = '', method }: IncomingMessage): boolean {
  if (url.startsWith('/')) return true
  return url === '*' ? method === 'OPTIONS' : /^https?:\/\/[^/?#]+\//i.test(url) && URL.canParse(url)
}

const malformed = (detail: string): Refusal => ({ code: 'malformed-request', detail })
