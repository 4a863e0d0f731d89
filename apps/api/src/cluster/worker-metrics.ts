import { withTimeout } from '../lib/time.ts'
import { type Channel, listen, post } from './ipc.ts'

/** A worker that hangs must not keep the others' figures back. */
const ANSWER_TIMEOUT_MS = 1000

/** Answers the primary's questions for this worker's metrics, which are plain JSON data. */
export function answerMetrics(primary: Channel, read: () => Promise<object>): void {
  listen(primary, 'metrics', async () => {
    await post(primary, 'metrics', await read()).catch(() => {})
  })
}

/** Asks the workers of a pool for their metrics. */
export class WorkerMetrics<Metrics extends object> {
  readonly #workers = new Map<Channel, Metrics | undefined>()
  readonly #onGone: (last: Metrics) => void

  /** @param onGone gets the metrics of a worker that has exited, as it gave them last */
  constructor(onGone: (last: Metrics) => void) {
    this.#onGone = onGone
  }

  /** Returns a function to call when the worker has exited. */
  add(worker: Channel): () => void {
    this.#workers.set(worker, undefined)
    return () => {
      const last = this.#workers.get(worker)
      this.#workers.delete(worker)
      if (last) this.#onGone(last)
    }
  }

  /** Resolves with the metrics of all workers: as they gave them last, where one does not answer in time. */
  async collect(): Promise<Metrics[]> {
    await Promise.all([...this.#workers.keys()].map((worker) => this.#ask(worker).catch(() => {})))
    return [...this.#workers.values()].filter((metrics) => metrics !== undefined)
  }

  async #ask(worker: Channel): Promise<void> {
    let stop = () => {}
    const answer = new Promise<Metrics>((resolve, reject) => {
      stop = listen<Metrics>(worker, 'metrics', resolve)
      post(worker, 'metrics', {}).catch(reject)
    })
    const metrics = await withTimeout(ANSWER_TIMEOUT_MS, answer).finally(stop)
    if (this.#workers.has(worker)) this.#workers.set(worker, metrics)
  }
}
