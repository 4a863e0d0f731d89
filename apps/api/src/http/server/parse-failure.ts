import type { ClientFault } from './client-faults.ts'
import type { Refusal } from './refusal.ts'

/** How to answer and to count an error of Node's parser. Undefined if the client has left. */
export function parseFailure({ code }: NodeJS.ErrnoException): { refusal: Refusal; fault: ClientFault } | undefined {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return { refusal: HEADERS_TOO_LARGE, fault: 'headers too large' }
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

const HEADERS_TOO_LARGE: Refusal = {
  code: 'headers-too-large',
  detail: 'The request line and headers are larger than 16 KB.',
}
const EXTENSIONS_TOO_LARGE: Refusal = {
  code: 'body-too-large',
  detail: 'The chunk extensions of the body are too large.',
}
const MALFORMED: Refusal = { code: 'malformed-request', detail: 'This is not a valid HTTP/1.1 request.' }
