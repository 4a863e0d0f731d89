import { stampNow } from '../lib/stamp-now.ts'
import type { Message } from './message.ts'

const LINE_END = /\r\n|\r|\n/

export interface SseEvent {
  event?: string
  id?: string
  /** Milliseconds the client should wait before it connects again. */
  retry?: number
  data: string
}

/**
 * Encodes one event (WHATWG HTML, section 9.2.6): one field a line, one `data:` for each line of the data, an empty line at
 * the end. Throws a RangeError for a name or an id that a parser would not read back as it is.
 */
export function encodeEvent({ event, id, retry, data }: SseEvent): string {
  if (event !== undefined && LINE_END.test(event)) throw new RangeError('An event name must be one line')
  if (id !== undefined && (LINE_END.test(id) || id.includes('\0')))
    throw new RangeError('An id must be one line without NUL')
  let text = ''
  if (event !== undefined) text += `event: ${event}\n`
  if (id !== undefined) text += `id: ${id}\n`
  if (retry !== undefined) text += `retry: ${retry}\n`
  for (const line of data.split(LINE_END)) text += `data: ${line}\n`
  return `${text}\n`
}

/** A comment, which parsers drop. It shows both ends that the connection is alive. */
export const KEEPALIVE = Buffer.from(': keepalive\n\n')

const CURRENT = 'current'

/** Whether these are the bytes of a keepalive, or of the event that says that a client has the current state. */
export const isNoNews = (bytes: Uint8Array): boolean =>
  bytes === KEEPALIVE ||
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1', 0, 15) === `event: ${CURRENT}\n`

/** Milliseconds before a client reconnects, sent with every opening. The browser's own delay is three times as long. */
const RETRY_MS = 1000

/** Milliseconds for which an opening is used: clients set their clocks by the time in it. */
const OPENING_MAX_AGE_MS = 1000

/** A message as bytes: encoded when the first stream needs them, and then the same Buffer for all streams. */
export class Frame {
  readonly message: Message
  readonly revision: number
  /** When the oldest change came that it shows first, by `performance.now()`. */
  readonly newsAt: number | undefined
  #event: Buffer | undefined
  #opening: Buffer | undefined
  #openingEncodedAt = 0
  #current: Buffer | undefined

  constructor(message: Message, newsAt?: number) {
    this.message = message
    this.newsAt = newsAt
    this.revision = message.revision
  }

  /**
   * For a stream that has been sent nothing yet. If its client has seen this very message on another stream, it only gets
   * word that this is still the current one; but a last message in any case.
   *
   * @param shown the revision that the client has seen, or -1
   */
  firstBytes(shown: number): Buffer {
    if (shown !== this.revision || this.message.last) return this.bytesAfter(-1)
    this.#current ??= this.#encode({ event: CURRENT, data: '{}', retry: RETRY_MS })
    return this.#current
  }

  /** @param sent the revision that the stream was sent last, or -1 */
  bytesAfter(sent: number): Buffer {
    const { event, json, opening } = this.message
    if (opening && sent < opening.since) return this.#openingBytes(opening.event, opening.json ?? json)
    this.#event ??= this.#encode({ event, data: stampNow(json, undefined, this.#age) })
    return this.#event
  }

  #openingBytes(event: string, data: string): Buffer {
    const now = performance.now()
    if (!this.#opening || now - this.#openingEncodedAt > OPENING_MAX_AGE_MS) {
      this.#opening = this.#encode({ event, data: stampNow(data), retry: RETRY_MS })
      this.#openingEncodedAt = now
    }
    return this.#opening
  }

  get #age(): number | undefined {
    return this.newsAt === undefined ? undefined : performance.now() - this.newsAt
  }

  #encode(event: SseEvent): Buffer {
    return Buffer.from(encodeEvent({ ...event, ...(this.message.id !== undefined && { id: this.message.id }) }))
  }
}
