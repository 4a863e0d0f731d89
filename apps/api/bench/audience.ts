import { availableParallelism } from 'node:os'
import { setTimeout as pause } from 'node:timers/promises'
import type { Worker } from 'node:worker_threads'
import { startThread } from './thread.ts'
import type { StreamAddress } from './watcher.ts'
import type { Questions, WatcherData } from './watcher-worker.ts'

const WORKER = new URL('./watcher-worker.ts', import.meta.url)

/**
 * All the streams of a load, on threads of their own: reading thousands of them must not hold up those who vote, or
 * their waiting would be taken for the server's.
 */
export class Audience {
  /** The count that each stream shows, -1 before its first frame. */
  readonly seen: Int32Array
  /** Rejects if a thread fails. */
  readonly #failed: Promise<never>
  readonly #workers: Worker[]
  readonly #waiting = new Map<number, (answer: never) => void>()
  #questions = 0

  constructor(addresses: StreamAddress[]) {
    this.seen = new Int32Array(new SharedArrayBuffer(addresses.length * 4)).fill(-1)
    const threads = Math.max(1, Math.min(4, availableParallelism() - 1))
    this.#workers = Array.from({ length: threads }, (_, thread) => {
      const own = addresses.filter(({ index }) => index % threads === thread)
      const workerData: WatcherData = { addresses: own, seen: this.seen }
      return startThread(WORKER, workerData)
    })
    this.#failed = new Promise((_, reject) => {
      for (const worker of this.#workers) worker.once('error', reject)
    })
    this.#failed.catch(() => {})
    for (const worker of this.#workers) {
      worker.on('message', ({ id, answer }) => {
        this.#waiting.get(id)?.(answer as never)
        this.#waiting.delete(id)
      })
    }
  }

  /** Opens all streams; resolves with when it began. */
  async open(): Promise<number> {
    return Math.min(...(await this.#ask('open', undefined)).map(({ at }) => at))
  }

  /** How many streams show something. */
  get showing(): number {
    return this.seen.reduce((sum, _, index) => sum + (Atomics.load(this.seen, index) < 0 ? 0 : 1), 0)
  }

  /** When all streams that read had reached their poll's count; undefined where that took longer than the limit. */
  async reach(counts: number[], limit: number): Promise<number | undefined> {
    const tooLate = new AbortController()
    const answers = this.#ask('reach', { counts }).then((all) => Math.max(...all.map(({ at }) => at)))
    const late = pause(limit, undefined, { signal: tooLate.signal }).catch(() => undefined)
    return Promise.race([answers, late]).finally(() => tooLate.abort())
  }

  /** As many streams stop reading, all others read. */
  async stall(streams: number): Promise<void> {
    await this.#ask('stall', { below: streams })
  }

  /** Whole frames so far, of the first streams and of the others. */
  async frames(below = 0): Promise<{ first: number; others: number }> {
    const all = await this.#ask('frames', { below })
    return {
      first: all.reduce((sum, [first]) => sum + first, 0),
      others: all.reduce((sum, [, others]) => sum + others, 0),
    }
  }

  /** From now on all that comes is kept, for `verify`. */
  async record(): Promise<void> {
    await this.#ask('record', undefined)
  }

  /** A fault for each stream that has one: see witness.ts. */
  async verify(snapshots: unknown[]): Promise<string[]> {
    return (await this.#ask('verify', { snapshots })).flat()
  }

  /** Why streams do not show anything. */
  async breakage(): Promise<string> {
    const reasons = new Set((await this.#ask('breakage', undefined)).flat())
    return [...reasons].join(', ') || 'the others are still waiting for their first frame.'
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()))
  }

  #ask<Q extends keyof Questions>(question: Q, ask: Questions[Q]['ask']): Promise<Questions[Q]['answer'][]> {
    const answers = this.#workers.map((worker) => {
      const id = this.#questions++
      worker.postMessage({ id, question, ask })
      return new Promise<Questions[Q]['answer']>((resolve) => this.#waiting.set(id, resolve))
    })
    return Promise.race([Promise.all(answers), this.#failed])
  }
}
