/**
 * The events of a stream (WHATWG HTML, section 9.2, server-sent events). Of a poll, `snapshot` comes first and `update` for
 * each newer one that is shown: both carry a Snapshot. Of a room, `room` comes first and with every move, and carries the
 * room with the poll that is on; `update`s of that poll follow. `current` stands for the first event where the client has
 * what it would say. `watching` tells the host, and who asks for it by `?watching=on`, how many watch a room, by streams or long polls. `end` is the last of a poll or room; the stream closes when all that it was asked for has ended.
 */
export type StreamEvent = 'snapshot' | 'update' | 'room' | 'watching' | 'current' | 'end'

/** The data of `end`. Only after a shutdown is there something to come back for. */
export interface EndData {
  reason: 'deleted' | 'unauthorized' | 'shutdown'
  pollId?: string
  roomCode?: string
}

/** The data of `watching`. */
export interface WatchingData {
  roomCode: string
  watching: number
}

/** A stream that has carried nothing for this long carries a comment, so that either end sees a dead connection. */
export const keepaliveSeconds = 15
