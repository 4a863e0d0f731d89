import cluster, { type Worker } from 'node:cluster'
import { backoff } from '../lib/time.ts'
import { answerRoundTrips, type Channel, listen, post } from './ipc.ts'

/** Milliseconds that workers have to exit. It is longer than the time that they give to requests in flight. */
const GRACE_MS = 15_000

/** Milliseconds after which a worker counts as stable: when it exits, it is replaced at once. */
const STABLE_MS = 10_000

/** What a worker reports when it accepts requests. */
export interface Ready {
  port: number
  servesPages: boolean
}

/** Reports from a worker to its pool. */
export function reportReady({ port, servesPages }: Ready): void {
  post(process, 'ready', { port, servesPages }).catch(() => {})
}

interface WorkerPoolParts {
  /** Number of workers. */
  count: number
  /** Called once: when all workers accept requests. */
  onReady: (ready: Ready) => void
  /** Called for each new worker. Returns a function that is called when the worker has exited. */
  onFork: (worker: Channel) => () => void
}

/**
 * The processes behind one port. One worker starts before the others, so that an invalid setting is reported once. A worker
 * that exits is replaced. The primary process itself serves no requests.
 */
export class WorkerPool {
  readonly #parts: WorkerPoolParts
  readonly #workers = new Set<Worker>()
  readonly #replacing = new Set<NodeJS.Timeout>()
  /** Workers that accept requests. */
  readonly #ready = new Set<Worker>()
  /** Whether a worker has ever been ready: if so, the settings are valid. */
  #canStart = false
  #announced = false
  #failures = 0
  #ending = false
  #ended = () => {}

  constructor(parts: WorkerPoolParts) {
    this.#parts = parts
    // Without round robin, workers accept by themselves, and one of them gets most of the connections.
    cluster.schedulingPolicy = cluster.SCHED_RR
  }

  /** Starts the workers. Resolves with the exit code for this process: when `end` is done, or when no worker can start. */
  run(): Promise<number> {
    return new Promise((resolve) => {
      this.#ended = () => resolve(0)
      this.#fork(resolve)
    })
  }

  /** Has every worker finish its requests and exit. Workers that are still there after a while are killed. */
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
    listen<Ready>(worker, 'ready', (ready) => this.#onReady(worker, ready, fail))
    worker.on('error', () => {
      // The worker did not start, and emits no 'exit': this process had no descriptor left for its channel.
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

  #onReady(worker: Worker, ready: Ready, fail: (code: number) => void): void {
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
