/** One HTTP answer, as it was received. */
export interface Answer {
  status: number
  /** The status line and the headers, one character for each byte. */
  head: string
  headers: Headers
  /** The body without its chunk framing, one character for each byte. */
  body: string
  /** False if only a part of it was received. */
  whole: boolean
}

/** A status line and headers, with the empty line after them. */
const HEAD = /^HTTP\/1\.[01] (\d{3})[^\r\n]*\r\n([\s\S]*?\r\n)??\r\n/

/**
 * Reads the final answers in what was received on a connection, one character for each byte. Skips interim ones (1xx).
 *
 * @param methods the methods of the requests, in their order: the answer to a HEAD has no body. GET if not given
 * @returns the answers, and the rest of the text, which is not an answer
 */
export function readAnswers(text: string, methods: readonly string[] = []): { answers: Answer[]; rest: string } {
  const answers: Answer[] = []
  let at = 0
  for (;;) {
    const match = HEAD.exec(text.slice(at))
    if (!match) return { answers, rest: text.slice(at) }
    const [head, status = '', lines = ''] = match
    at += head.length
    if (status.startsWith('1')) continue
    const headers = readHeaders(lines)
    const { body, length, whole } = readBody(text.slice(at), headers, Number(status), methods[answers.length] ?? 'GET')
    answers.push({ status: Number(status), head, headers, body, whole })
    at += length
  }
}

function readHeaders(lines: string): Headers {
  const headers = new Headers()
  for (const line of lines.split('\r\n')) {
    const colon = line.indexOf(':')
    if (colon > 0) headers.append(line.slice(0, colon), line.slice(colon + 1).trim())
  }
  return headers
}

interface Body {
  body: string
  /** Bytes on the wire. */
  length: number
  whole: boolean
}

/** The rules for a body's length (RFC 9112, section 6.3). */
function readBody(text: string, headers: Headers, status: number, method: string): Body {
  if (method === 'HEAD' || status === 204 || status === 304) return { body: '', length: 0, whole: true }
  if (headers.get('Transfer-Encoding')?.toLowerCase() === 'chunked') return readChunks(text)
  const length = headers.get('Content-Length')
  // Until the connection ends: a stream.
  if (length === null) return { body: text, length: text.length, whole: false }
  const body = text.slice(0, Number(length))
  return { body, length: body.length, whole: body.length === Number(length) }
}

function readChunks(text: string): Body {
  let body = ''
  let at = 0
  for (;;) {
    const [line, size = ''] = /^([\da-f]+)[^\r\n]*\r\n/i.exec(text.slice(at)) ?? []
    const length = Number.parseInt(size, 16)
    const end = at + (line?.length ?? 0) + length + 2
    if (line === undefined || text.length < end) return { body, length: text.length, whole: false }
    body += text.slice(at + line.length, end - 2)
    at = end
    if (length === 0) return { body, length: at, whole: true }
  }
}
