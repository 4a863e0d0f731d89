import type { Snapshot } from '@pollcast/shared/poll'
import type { StreamEvent } from '@pollcast/shared/stream'
import { snapshotJson } from '../polls/snapshot.ts'

const LINE_END = /\r\n|\r|\n/

export interface SseEvent {
  event?: string
  id?: string
  /** Milliseconds the client shall wait before it connects again. */
  retry?: number
  data: string
}

/**
 * One event as WHATWG HTML, section 9.2.6, has it parsed: a field a line, a `data:` for each line of the data, a
 * blank line at the end. Throws a RangeError for a name or an id that no parser would read back as it was given.
 */
export function encodeEvent({ event, id, retry, data }: SseEvent): string {
  if (event !== undefined && LINE_END.test(event)) throw new RangeError('An event name is one line')
  if (id !== undefined && (LINE_END.test(id) || id.includes('\0')))
    throw new RangeError('An id is one line without NUL')
  let text = ''
  if (event !== undefined) text += `event: ${event}\n`
  if (id !== undefined) text += `id: ${id}\n`
  if (retry !== undefined) text += `retry: ${retry}\n`
  for (const line of data.split(LINE_END)) text += `data: ${line}\n`
  return `${text}\n`
}

/** A comment: parsers drop it, and both ends see that the line is alive. */
export const KEEPALIVE = Buffer.from(': keepalive\n\n')

/** How long a client shall wait before it comes back: told with its first frame, so that a restart is a short gap. */
const RETRY_MS = 1000

/** One snapshot's bytes, made when the first stream wants them and then the same Buffer for all. */
export class Frame {
  readonly snapshot: Snapshot
  #update: Buffer | undefined
  #first: Buffer | undefined

  constructor(snapshot: Snapshot) {
    this.snapshot = snapshot
  }

  get revision(): number {
    return this.snapshot.revision
  }

  /** For a stream that has seen an older one. */
  get update(): Buffer {
    this.#update ??= this.#encode('update')
    return this.#update
  }

  /** For a stream that has seen nothing yet. */
  get first(): Buffer {
    this.#first ??= this.#encode('snapshot', RETRY_MS)
    return this.#first
  }

  #encode(event: StreamEvent, retry?: number): Buffer {
    const data = snapshotJson(this.snapshot)
    return Buffer.from(encodeEvent({ event, id: String(this.revision), ...(retry && { retry }), data }))
  }
}
