import { get as getHttp, type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import { get as getHttps } from 'node:https'
import { isIP } from 'node:net'
import { connect as connectTls } from 'node:tls'

/** Milliseconds that an answer may take. */
const ANSWER_TIMEOUT_MS = 15_000
/** Characters of one; what the doctor asks for has far less. */
const LARGEST_ANSWER = 1_000_000

/** What a browser says that it takes: a proxy compresses for those who ask. */
const HEADERS = { 'Accept-Encoding': 'gzip, deflate, br', 'User-Agent': 'pollcast-doctor' }

export interface Answer {
  status: number
  headers: IncomingHttpHeaders
  body: string
}

/** Asks over HTTP/1.1. Rejects if there is no whole answer in time. */
export async function ask(url: URL): Promise<Answer> {
  const answer = await open(url, { 'Accept-Encoding': 'identity' }, ANSWER_TIMEOUT_MS)
  const timer = setTimeout(() => answer.destroy(new Error('no end of the answer in time')), ANSWER_TIMEOUT_MS)
  let body = ''
  try {
    for await (const text of answer.setEncoding('utf8')) {
      body += text
      if (body.length > LARGEST_ANSWER) throw new Error('an answer that is too large')
    }
  } finally {
    clearTimeout(timer)
  }
  return { status: answer.statusCode ?? 0, headers: answer.headers, body }
}

export interface StreamSeen {
  /** Undefined if not even the head of the answer came. */
  headers: IncomingHttpHeaders | undefined
  status: number | undefined
  /** Milliseconds until the first event was there, to its end; undefined if none was. */
  firstEventMs: number | undefined
  /** Whether anything came after the first event. */
  hasMore: boolean
  /** Milliseconds after which somebody closed it; undefined if it was still open in the end. */
  closedMs: number | undefined
}

/** Opens a stream and looks at it for some milliseconds, or until the first event if `untilFirst`. */
export async function watchStream(url: URL, forMs: number, untilFirst = false): Promise<StreamSeen> {
  const begun = performance.now()
  const seen: StreamSeen = {
    headers: undefined,
    status: undefined,
    firstEventMs: undefined,
    hasMore: false,
    closedMs: undefined,
  }
  const passed = () => performance.now() - begun
  let answer: IncomingMessage
  try {
    answer = await open(url, { Accept: 'text/event-stream' }, forMs)
  } catch {
    return seen
  }
  seen.headers = answer.headers
  seen.status = answer.statusCode
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, Math.max(forMs - passed(), 0))
    // A compressed one can't be read without more ado: it has its first event when it has its first bytes.
    const isPlain = (answer.headers['content-encoding'] ?? 'identity') === 'identity'
    let text = ''
    answer.on('data', (bytes: Buffer) => {
      seen.hasMore = seen.firstEventMs !== undefined
      if (seen.hasMore) return
      text += bytes.toString('latin1')
      if (isPlain && !text.includes('\n\n')) return
      seen.firstEventMs = passed()
      if (untilFirst) resolve()
    })
    answer.on('error', () => {})
    answer.on('close', () => {
      clearTimeout(timer)
      seen.closedMs = passed()
      resolve()
    })
  })
  answer.destroy()
  return seen
}

/** The protocol that the server, or the proxy, chooses where a browser offers both. */
export function negotiated({ hostname, port }: URL): Promise<string> {
  return new Promise((resolve, reject) => {
    const host = hostname.replace(/^\[|\]$/g, '')
    // Certificates of addresses are found without a name (RFC 6066, section 3).
    const servername = isIP(host) ? '' : host
    const socket = connectTls({ host, port: Number(port || 443), servername, ALPNProtocols: ['h2', 'http/1.1'] })
    socket.setTimeout(ANSWER_TIMEOUT_MS, () => socket.destroy(new Error('no answer in time')))
    socket.on('error', reject)
    socket.on('secureConnect', () => {
      resolve(socket.alpnProtocol || 'http/1.1')
      socket.destroy()
    })
  })
}

function open(url: URL, headers: Record<string, string>, timeoutMs: number): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const get = url.protocol === 'https:' ? getHttps : getHttp
    const request = get(url, { headers: { ...HEADERS, ...headers }, agent: false })
    const timer = setTimeout(() => request.destroy(new Error('no answer in time')), timeoutMs)
    request.on('error', reject)
    request.on('response', (answer) => {
      clearTimeout(timer)
      resolve(answer)
    })
  })
}
