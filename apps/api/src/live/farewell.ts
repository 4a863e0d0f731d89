import type { EndData, StreamEvent } from '@pollcast/shared/stream'
import { encodeEvent } from './frame.ts'
import { inSlices } from './in-slices.ts'
import type { Stream } from './stream.ts'

/** Milliseconds over which the streams of a server that shuts down are ended: where there are many, a few at a time. */
const ENDING_MS = 1000
/** Milliseconds between two groups of streams that are ended, and the least number of streams in a group. */
const PAUSE_MS = 50
const LEAST_GROUP = 128

/**
 * Milliseconds after which the clients come back: the first of a process soon, the last after the spread, the others evenly
 * in between. So 10,000 streams make some 3,000 connections a second, wherever they go.
 */
const RETURN_FROM_MS = 500
const RETURN_SPREAD_MS = 3000

const END = 'end' satisfies StreamEvent
const DATA = JSON.stringify({ reason: 'shutdown' } satisfies EndData)

/**
 * The last event of a stream whose server shuts down. It has no id: the client has seen what it had seen before.
 *
 * @param place the stream's place among those of its process, from 0 to 1
 */
export function farewell(place: number): Buffer {
  const retry = RETURN_FROM_MS + Math.round(place * RETURN_SPREAD_MS)
  return Buffer.from(encodeEvent({ event: END, retry, data: DATA }))
}

/**
 * Ends all streams, each after a word on when to come back: the `retry` of its last event. Resolves when all of them are told, a second
 * later at most; slow readers may not have read it yet.
 */
export async function endAll(streams: ReadonlySet<Stream>): Promise<void> {
  const all = [...streams]
  const group = Math.max(LEAST_GROUP, Math.ceil((all.length * PAUSE_MS) / ENDING_MS))
  for (let from = 0; from < all.length; from += group) {
    if (from > 0) await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
    let place = from
    await inSlices(all.slice(from, from + group), (stream) => {
      stream.endWith(farewell(place / all.length))
      place += 1
    })
  }
}
