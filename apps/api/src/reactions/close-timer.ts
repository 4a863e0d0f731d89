import type { Signals } from '../polls/events.ts'
import { GRACE_MS } from '../polls/policy.ts'
import type { PollReader, PollWriter } from '../polls/ports.ts'

interface TimerParts {
  reader: Pick<PollReader, 'nextClosing'>
  writer: Pick<PollWriter, 'closeDue'>
  signals: Signals
  onError: (error: unknown) => void
}

/** Milliseconds after which the database is asked again: another process may have set a timer, and be gone. */
const RECHECK_MS = 5000

const RETRY_MS = 200

/**
 * Closes polls when their time is over. Every process looks; the transaction that closes a poll makes it one of them that
 * does. What was due while no process ran is closed at the start.
 */
export function closePollsInTime({ reader, writer, signals, onError }: TimerParts): { stop(): Promise<void> } {
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> = Promise.resolve()
  let isStopped = false

  const schedule = (milliseconds: number) => {
    clearTimeout(timer)
    if (isStopped) return
    timer = setTimeout(run, Math.min(Math.max(milliseconds, 0), RECHECK_MS)).unref()
  }
  const run = () => {
    running = running.then(closeDue).catch((error) => {
      onError(error)
      schedule(RECHECK_MS)
    })
  }
  const closeDue = async () => {
    const next = await reader.nextClosing()
    const wait = next === undefined ? RECHECK_MS : Date.parse(next) + GRACE_MS - Date.now()
    if (wait > 0) return schedule(wait)
    const closed = await writer.closeDue()
    for (const poll of closed) {
      signals.pollChanged.emit({ type: 'closed', poll })
      signals.roomChanged.emit({ type: 'changed', room: poll.room })
    }
    // Another process may be at it, or keep the poll locked.
    schedule(closed.length > 0 ? 0 : RETRY_MS)
  }

  // A timer that was set here may be the next one.
  signals.pollChanged.listen(({ type, poll }) => {
    if (type !== 'voted' && poll.status === 'open' && poll.closesAt !== null) run()
  })
  run()
  return {
    stop: () => {
      isStopped = true
      clearTimeout(timer)
      return running
    },
  }
}
