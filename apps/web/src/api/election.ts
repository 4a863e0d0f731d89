import { type Moment, moment, since } from './elapsed.ts'

/** How often a leader says that it is there. */
export const BEAT_MS = 500
/** Without a word of the leader for this long, and up to 400 ms more, a tab takes its place: within two seconds. */
const LEADER_TIMEOUT_MS = 1_300
/** For a leader to answer a newcomer, where no lock says at once whether there is one. */
const ANSWER_TIMEOUT_MS = 100
/** A timer that is later than this tells of a page that did not run itself, and nothing of the leader. */
const LATE_MS = 400

/** Who leads. A later term counts more; of two tabs in the same one, the id decides. */
export interface Leader {
  id: string
  term: number
}

interface Candidate {
  /** This tab's. */
  id: string
  /** Undefined where the browser has none. */
  locks: LockManager | undefined
  /** The same for all tabs that share. */
  name: string
  /** Asks the others once more whether one of them leads. To be done by who stands, too. */
  onAsk(): void
  /** This tab leads from now on. It has to say so at once, and every BEAT_MS. */
  onLead(leader: Leader): void
  /** This tab leads no more: another one does. */
  onYield(): void
}

/**
 * Elects one of the browser's tabs. Whoever hears no leader becomes one, in a term after the last; whoever leads and hears of
 * a leader in a later term yields. So a tab that was frozen, crashed or closed is replaced by the first that misses it, two
 * leaders last as long as a message takes, and all that is needed is a channel.
 *
 * Where there are Web Locks, they make it faster: a lock is granted in a moment when there is no leader yet, or when the
 * one there was is closed or crashes. They don't decide: a frozen tab keeps its lock.
 */
export function standForElection({ id, locks, name, onAsk, onLead, onYield }: Candidate) {
  const closed = new AbortController()
  const untilClosed = new Promise((resolve) => closed.signal.addEventListener('abort', resolve))
  let leader: Leader = { id: '', term: 0 }
  let heardAt: Moment | undefined
  let timer: ReturnType<typeof setTimeout> | undefined

  const isLeading = () => leader.id === id

  function waitFor(milliseconds: number): void {
    clearTimeout(timer)
    if (closed.signal.aborted) return
    const waitingSince = moment()
    const wait = milliseconds * (1 + Math.random() * 0.3)
    timer = setTimeout(() => {
      if (since(waitingSince) < wait + LATE_MS) return lead()
      onAsk()
      waitFor(LEADER_TIMEOUT_MS)
    }, wait)
  }

  function lead(): void {
    clearTimeout(timer)
    leader = { id, term: leader.term + 1 }
    onLead(leader)
  }

  async function queue(): Promise<void> {
    try {
      await locks?.request(name, { signal: closed.signal }, () => {
        if (closed.signal.aborted) return
        if (!isLeading() && !(heardAt && since(heardAt) < LEADER_TIMEOUT_MS)) lead()
        return untilClosed
      })
    } catch {
      // Refused, or this tab has left the queue.
    }
    if (!isLeading() && !heardAt) waitFor(ANSWER_TIMEOUT_MS)
  }

  waitFor(locks ? LEADER_TIMEOUT_MS : ANSWER_TIMEOUT_MS)
  // Once whoever stands has said what it is for.
  queueMicrotask(queue)
  return {
    /** Takes the word of a tab that leads. False where another one counts more: its word is worth nothing. */
    hear(other: Leader): boolean {
      const isLater = other.term > leader.term || (other.term === leader.term && other.id >= leader.id)
      if (!isLater) return false
      const hasLed = isLeading()
      leader = other
      heardAt = moment()
      waitFor(LEADER_TIMEOUT_MS)
      if (hasLed) onYield()
      return true
    },
    /** The leader has said that it leaves. */
    hearFarewell(other: Leader): void {
      if (other.id !== leader.id || isLeading()) return
      heardAt = undefined
      waitFor(ANSWER_TIMEOUT_MS)
    },
    close(): void {
      clearTimeout(timer)
      closed.abort()
    },
  }
}
