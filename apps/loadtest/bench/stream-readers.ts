import { availableParallelism } from 'node:os'
import { setTimeout as pause } from 'node:timers/promises'
import type { Worker } from 'node:worker_threads'
import { startThread } from '../processes/thread.ts'
import type { StreamAddress } from './stream-reader.ts'
import type { Requests, WorkerData } from './stream-worker.ts'

const WORKER = new URL('./stream-worker.ts', import.meta.url)

/**
 * Reads all the streams of a load, on threads of its own: reading thousands of them must not delay the votes, or that
 * delay would be taken for the server's.
 */
export class StreamReaders {
  /** The count that each stream shows, -1 before its first frame. */
  readonly seen: Int32Array
  /** Rejects if a thread fails. */
  readonly #failed: Promise<never>
  readonly #workers: Worker[]
  readonly #waiting = new Map<number, (answer: never) => void>()
  #requests = 0

  constructor(addresses: StreamAddress[]) {
    this.seen = new Int32Array(new SharedArrayBuffer(addresses.length * 4)).fill(-1)
    const threads = Math.max(1, Math.min(4, availableParallelism() - 1))
    this.#workers = Array.from({ length: threads }, (_, thread) => {
      const own = addresses.filter(({ index }) => index % threads === thread)
      const workerData: WorkerData = { addresses: own, seen: this.seen }
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

  /** Has so many streams stop reading, and all others read. */
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

  /** Keeps all that is received from now on, for `verify`. */
  async record(): Promise<void> {
    await this.#ask('record', undefined)
  }

  /** A failure for each stream that has one: see check-frames.ts. */
  async verify(snapshots: unknown[]): Promise<string[]> {
    return (await this.#ask('verify', { snapshots })).flat()
  }

  /** Why some streams show nothing. */
  async breakage(): Promise<string> {
    const reasons = new Set((await this.#ask('breakage', undefined)).flat())
    return [...reasons].join(', ') || 'the others are still waiting for their first frame.'
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()))
  }

  #ask<Q extends keyof Requests>(question: Q, ask: Requests[Q]['ask']): Promise<Requests[Q]['answer'][]> {
    const answers = this.#workers.map((worker) => {
      const id = this.#requests++
      worker.postMessage({ id, question, ask })
      return new Promise<Requests[Q]['answer']>((resolve) => this.#waiting.set(id, resolve))
    })
    return Promise.race([Promise.all(answers), this.#failed])
  }
}
