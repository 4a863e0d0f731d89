/**
 * The events of a stream (WHATWG HTML, section 9.2, server-sent events), with the revision as id. `snapshot` comes
 * first, once for each poll on the stream, and `update` for each newer one that is shown: both carry a Snapshot. A client that
 * comes back and has the newest snapshot gets `current`, with its id and no data, in place of it. `end` is the last of a
 * poll, and the stream closes when all of its polls have ended: do not come back for them.
 */
export type StreamEvent = 'snapshot' | 'update' | 'current' | 'end'

/** The data of `end`. */
export interface EndData {
  reason: 'deleted'
  pollId: string
}

/** A stream that has carried nothing for this long carries a comment, so that either end sees a dead connection. */
export const keepaliveSeconds = 15
