import { once } from 'node:events'
import type { Worker } from 'node:worker_threads'
import { percentiles } from '../../bench/percentiles.ts'
import { startThread } from '../../processes/thread.ts'
import type { AttackedServer } from './attacked-server.ts'
import type { BystanderData, Experience } from './bystander-worker.ts'
import type { Verdict } from './verdict.ts'

const MAX_WAIT_P95_MS = 1000
const MAX_WAIT_MS = 3000
/** A server that refuses everybody has been stopped by the attack. */
const MAX_REFUSED_PERCENT = 10

/**
 * A client that uses the server normally while it is attacked: it reads a poll and votes a few times a second, and has a
 * stream open. It runs on a separate thread, so that the attack's own work does not delay it, and has its own address.
 */
export class Bystander {
  readonly #server: AttackedServer
  readonly #worker: Worker
  readonly #before: AttackedServer['schedule']

  private constructor(server: AttackedServer, worker: Worker) {
    this.#server = server
    this.#worker = worker
    this.#before = server.schedule
  }

  /** @param keepAlive whether requests share connections; else each one opens its own */
  static async start(server: AttackedServer, { keepAlive = false } = {}): Promise<Bystander> {
    const poll = await server.createPoll()
    const workerData: BystanderData = { port: server.port, poll, keepAlive }
    const worker = startThread(new URL('./bystander-worker.ts', import.meta.url), workerData)
    // Wait until its stream is open.
    await once(worker, 'message')
    return new Bystander(server, worker)
  }

  /** Sends no more requests. Resolves with the results after the last answer or timeout. */
  async stop(): Promise<Experience> {
    this.#worker.postMessage('stop')
    const [experience] = (await once(this.#worker, 'message')) as [Experience]
    await this.#worker.terminate()
    return experience
  }

  /** Stops it, and checks that the server has served it well. */
  async judge(verdict: Verdict, attack = ''): Promise<void> {
    const { waits, refused, failures, unseen } = await this.stop()
    const share = this.#server.shareOfCpu(this.#before)
    const meanwhile = attack ? ` (${attack})` : ''
    const atMost = (promise: string, milliseconds: number | undefined, limit: number) =>
      verdict.atMost(`${promise}${meanwhile}`, Math.round((milliseconds ?? Number.NaN) * share), limit, 'ms')
    atMost('wait of others, p95', percentiles(waits)?.p95, MAX_WAIT_P95_MS)
    atMost('longest wait of others', Math.max(...waits), MAX_WAIT_MS)
    verdict.none(`requests of others fail${meanwhile}`, failures)
    verdict.atMost(
      `requests of others refused with Retry-After${meanwhile}`,
      (100 * refused) / waits.length,
      MAX_REFUSED_PERCENT,
      '%',
    )
    verdict.atMost(`votes of others that no stream shows${meanwhile}`, unseen, 0)
  }
}
