import cluster, { type Worker } from 'node:cluster'
import { backoff } from '../lib/time.ts'
import { answerRoundTrips, type Channel, listen, post } from './ipc.ts'

/** Milliseconds that workers have to end by themselves: longer than they give their own requests. */
const GRACE_MS = 15_000

/** Milliseconds after which a worker that exits is replaced at once. */
const STABLE_MS = 10_000

/** What a worker reports once it takes requests. */
export interface Ready {
  port: number
  servesPages: boolean
}

/** Reports from a worker to its pool. */
export function reportReady({ port, servesPages }: Ready): void {
  post(process, 'ready', { port, servesPages }).catch(() => {})
}

interface WorkerPoolParts {
  /** How many workers there are to be. */
  count: number
  /** Is called once: when all workers take requests. */
  onReady: (ready: Ready) => void
  /** Is called for each new worker; returns a function to call when that has exited. */
  onFork: (worker: Channel) => () => void
}

/**
 * The processes behind one port. The first one starts by itself, so that a setting is refused once; one that dies is
 * replaced. This process serves no request itself.
 */
export class WorkerPool {
  readonly #parts: WorkerPoolParts
  readonly #workers = new Set<Worker>()
  readonly #replacing = new Set<NodeJS.Timeout>()
  /** Those that take requests. */
  readonly #ready = new Set<Worker>()
  /** Whether a worker has ever been ready: the settings are good. */
  #canStart = false
  #announced = false
  #failures = 0
  #ending = false
  #ended = () => {}

  constructor(parts: WorkerPoolParts) {
    this.#parts = parts
    // Where workers accept by themselves, one of them gets most of the connections.
    cluster.schedulingPolicy = cluster.SCHED_RR
  }

  /** Starts the workers. Resolves with the exit code for this process: once `end` is done, or if none can start. */
  run(): Promise<number> {
    return new Promise((resolve) => {
      this.#ended = () => resolve(0)
      this.#fork(resolve)
    })
  }

  /** Has every worker finish what is under way. Workers that are left after a while are killed. */
  end(): void {
    if (this.#ending) return
    this.#ending = true
    for (const timer of this.#replacing) clearTimeout(timer)
    for (const worker of this.#workers) worker.process.kill('SIGTERM')
    setTimeout(() => {
      for (const worker of this.#workers) worker.process.kill('SIGKILL')
    }, GRACE_MS).unref()
    if (this.#workers.size === 0) this.#ended()
  }

  #fork(fail: (code: number) => void): void {
    const worker = cluster.fork()
    const forked = performance.now()
    const onExit = this.#parts.onFork(worker)
    this.#workers.add(worker)
    answerRoundTrips(worker)
    listen<Ready>(worker, 'ready', (ready) => this.#begun(worker, ready, fail))
    worker.on('error', () => {
      // It has not even begun, and has no 'exit': this process had no descriptor left for its channel.
      if (worker.process.pid === undefined) onGone(1)
    })
    const onGone = (code: number) => {
      onExit()
      this.#workers.delete(worker)
      this.#ready.delete(worker)
      if (this.#ending) return this.#workers.size === 0 ? this.#ended() : undefined
      if (!this.#canStart) return fail(code || 1)
      this.#failures = performance.now() - forked > STABLE_MS ? 0 : this.#failures + 1
      this.#replace(this.#failures === 0 ? 0 : backoff(this.#failures - 1, { longest: 30_000 }), fail)
    }
    worker.on('exit', onGone)
  }

  #begun(worker: Worker, ready: Ready, fail: (code: number) => void): void {
    if (this.#ending) return
    const { count, onReady } = this.#parts
    this.#ready.add(worker)
    if (!this.#canStart) {
      this.#canStart = true
      for (let more = 1; more < count; more += 1) this.#fork(fail)
    }
    if (this.#announced || this.#ready.size < count) return
    this.#announced = true
    onReady(ready)
  }

  #replace(delay: number, fail: (code: number) => void): void {
    const timer = setTimeout(() => {
      this.#replacing.delete(timer)
      this.#fork(fail)
    }, delay)
    this.#replacing.add(timer)
  }
}
