import type { ClientFault } from './client-faults.ts'
import type { Refusal } from './refusal.ts'

/** An error of Node's parser, with the bytes in which it was found. */
type ParseError = NodeJS.ErrnoException & { rawPacket?: Buffer }

/** How to answer and to count an error of Node's parser. Undefined if the client has left. */
export function parseFailure({ code, rawPacket }: ParseError): { refusal: Refusal; fault: ClientFault } | undefined {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return { refusal: { ...HEADERS_TOO_LARGE, isForPerson: isOfBrowser(rawPacket) }, fault: 'headers too large' }
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return { refusal: EXTENSIONS_TOO_LARGE, fault: 'malformed request' }
    case 'HPE_CLOSED_CONNECTION':
      return { refusal: MALFORMED, fault: 'bytes sent after Connection: close' }
    default:
      // The end of the connection in the middle of a message, or an error of the socket.
      if (!code?.startsWith('HPE_') || code === 'HPE_INVALID_EOF_STATE') return undefined
      return { refusal: MALFORMED, fault: 'malformed request' }
  }
}

/**
 * Whether a person opened the address. Nothing of such a request has been parsed, and over a network only a part of it has come.
 * Where that has no Accept, it is from the middle of a target if no space is in it, or none before the end of its line: nothing but
 * a link that fills in a poll is as long.
 */
function isOfBrowser(bytes?: Buffer): boolean {
  const text = bytes?.toString('latin1') ?? ''
  const [, accept] = /^accept:(.*)$/im.exec(text) ?? []
  if (accept !== undefined) return accept.includes('text/html')
  return /^(?:GET (?!\/api\/)\S+$|\S+(?: HTTP\/1\.1\r\n|$))/.test(text)
}

const HEADERS_TOO_LARGE: Refusal = {
  code: 'headers-too-large',
  detail: 'The request line and headers are larger than 16 KB.',
}
const EXTENSIONS_TOO_LARGE: Refusal = {
  code: 'body-too-large',
  detail: 'The chunk extensions of the body are too large.',
}
const MALFORMED: Refusal = { code: 'malformed-request', detail: 'This is not a valid HTTP/1.1 request.' }
