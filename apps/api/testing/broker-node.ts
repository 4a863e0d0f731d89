import { randomInt } from 'node:crypto'
import type { Snapshot } from '@pollcast/shared/poll'
import { onTestFinished } from 'vitest'
import { Broker } from '../src/live/broker.ts'
import { MemorySnapshotCache, type SnapshotCache } from '../src/live/snapshot-cache.ts'
import type { WakeBus } from '../src/live/wake-bus.ts'
import { snapshotAt } from './snapshots.ts'

const LETTERS = '23456789abcdefghjkmnpqrstuvwxyz'

/** A poll that no other test knows. */
export const newPollId = (): string => Array.from({ length: 8 }, () => LETTERS[randomInt(LETTERS.length)]).join('')

/** The database that nodes share: one poll. */
export class SharedSource {
  revision = 0
  reads = 0

  async snapshot(pollId: string): Promise<Snapshot> {
    this.reads += 1
    return snapshotAt(this.revision, pollId)
  }
}

/** A node that watches a poll until the test has ended, and never reads it again unless it is told to. */
export function openNode(bus: WakeBus, source: SharedSource, pollId: string, cache?: SnapshotCache) {
  const errors: unknown[] = []
  const onError = (error: unknown) => errors.push(error)
  const broker = new Broker({ bus, cache: cache ?? new MemorySnapshotCache(), source, onError, recheck: 3_600_000 })
  const leaving = new AbortController()
  const seen: number[] = []
  let look = () => {}
  const watching = (async () => {
    for await (const { revision } of broker.changes(pollId, leaving.signal)) {
      seen.push(revision)
      look()
    }
  })().catch(() => {})
  onTestFinished(() => {
    leaving.abort()
    return watching
  })
  /** Resolves once it has shown this revision. */
  const shows = (revision: number) =>
    new Promise<void>((resolve) => {
      look = () => {
        if (seen.includes(revision)) resolve()
      }
      look()
    })
  const vote = () => {
    source.revision += 1
    broker.publish(snapshotAt(source.revision, pollId))
  }
  return { broker, seen, shows, vote, errors }
}
