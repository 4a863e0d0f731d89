import { usageOf } from '../processes/usage.ts'
import type { LoadedPoll } from './loaded-poll.ts'
import type { StreamReaders } from './stream-readers.ts'

/** How many streams are sampled for their age: enough for a p99, and too few to be a load. */
const SAMPLED_STREAMS = 64

/** Samples during a storm: every 10 ms the age of what tabs show, every 250 ms the servers' memory. */
export class Samples {
  readonly ages: number[] = []
  peakMb = 0
  readonly #timers: NodeJS.Timeout[]

  /** @param polls the poll of each stream @param from the first stream that reads */
  constructor(readers: StreamReaders, polls: readonly LoadedPoll[], from: number, pids: readonly number[]) {
    const { seen } = readers
    const step = Math.max(1, (seen.length - from) / SAMPLED_STREAMS)
    this.#timers = [
      setInterval(() => {
        for (let at = from; at < seen.length; at += step) {
          const index = Math.floor(at)
          this.ages.push(polls[index]?.age(Atomics.load(seen, index)) ?? 0)
        }
      }, 10),
      setInterval(() => {
        this.peakMb = Math.max(this.peakMb, usageOf(pids)?.memoryMb ?? 0)
      }, 250),
    ]
  }

  stop(): void {
    for (const timer of this.#timers) clearInterval(timer)
  }
}
