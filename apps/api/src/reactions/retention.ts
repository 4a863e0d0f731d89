import { DAY_MS } from '../lib/time.ts'
import type { Signals } from '../polls/events.ts'
import type { PollWriter } from '../polls/ports.ts'

interface RetentionParts {
  /** Days after its last vote, and its host's last act, that a room is kept; 0 for ever. */
  days: number
  writer: Pick<PollWriter, 'retain' | 'keepRoom'>
  signals: Signals
  onError: (error: unknown) => void
}

/** Milliseconds between two looks at what is to be deleted. */
const EVERY_MS = 60 * 60 * 1000

/**
 * Deletes rooms in which nothing has happened for so many days, a day after that was told, and idempotency keys that nobody
 * asks for any more. Every process looks, and one of them does the work. A vote in a room that was to be deleted keeps it.
 */
export function keepRetention({ days, writer, signals, onError }: RetentionParts): { stop(): Promise<void> } {
  let isStopped = false
  let running: Promise<void> = Promise.resolve()

  const sweep = async () => {
    const now = Date.now()
    // Before all times there are: nothing is old enough, and what was marked is kept.
    const idleBefore = days === 0 ? '' : new Date(now - days * DAY_MS).toISOString()
    const times = { idleBefore, now: new Date(now).toISOString() }
    for (let isDone = false; !isDone && !isStopped; ) {
      const retained = await writer.retain(times)
      isDone = retained.isDone
      if (!retained.deleted) continue
      signals.roomChanged.emit({ type: 'deleted', room: retained.deleted.room })
      for (const poll of retained.deleted.polls) signals.pollChanged.emit({ type: 'deleted', poll })
    }
  }
  const run = () => {
    running = running.then(sweep).catch(onError)
  }
  const timer = setInterval(run, EVERY_MS).unref()
  run()

  signals.pollChanged.listen(({ type, poll }) => {
    if (type === 'voted' && poll.room.deletesAt !== null) writer.keepRoom(poll.room.code).catch(onError)
  })
  return {
    stop: () => {
      isStopped = true
      clearInterval(timer)
      return running
    },
  }
}
