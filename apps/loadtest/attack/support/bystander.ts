import { once } from 'node:events'
import type { Worker } from 'node:worker_threads'
import { percentiles } from '../../bench/percentiles.ts'
import { startThread } from '../../processes/thread.ts'
import type { AttackedServer } from './attacked-server.ts'
import type { BystanderData, Experience } from './bystander-worker.ts'
import type { Verdict } from './verdict.ts'

/** Milliseconds. */
const MOST_WAIT_5_PERCENT = 1000
const LONGEST_WAIT = 3000
/** Per cent: a server that refuses everybody is one that was stopped. */
const MOST_REFUSED = 10

/**
 * Someone who uses the server as people do while it is attacked: reads a poll and votes a few times a second, and has a
 * stream open. Runs on a thread of its own, so that it is not the attack's own work that keeps it waiting, and comes
 * from an address of its own.
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

  /** @param keepAlive whether requests come on connections that are open; else each has one of its own */
  static async start(server: AttackedServer, { keepAlive = false } = {}): Promise<Bystander> {
    const poll = await server.createPoll()
    const workerData: BystanderData = { port: server.port, poll, keepAlive }
    const worker = startThread(new URL('./bystander-worker.ts', import.meta.url), workerData)
    // Its stream is open.
    await once(worker, 'message')
    return new Bystander(server, worker)
  }

  /** Asks nothing more; resolves with how it was served once the last answer is there, or was waited for in vain. */
  async stop(): Promise<Experience> {
    this.#worker.postMessage('stop')
    const [experience] = (await once(this.#worker, 'message')) as [Experience]
    await this.#worker.terminate()
    return experience
  }

  /** Stops it, and holds the server to having served it. */
  async judge(verdict: Verdict, attack = ''): Promise<void> {
    const { waits, refused, failures, unseen } = await this.stop()
    const share = this.#shareOfCpu()
    const meanwhile = attack ? ` (${attack})` : ''
    const most = (promise: string, milliseconds: number | undefined, limit: number) =>
      verdict.atMost(`${promise}${meanwhile}`, Math.round((milliseconds ?? Number.NaN) * share), limit, 'ms')
    most('others wait, p95', percentiles(waits)?.p95, MOST_WAIT_5_PERCENT)
    most('others wait at most', Math.max(...waits), LONGEST_WAIT)
    verdict.none(`requests of others fail${meanwhile}`, failures)
    verdict.atMost(`others are told to come back later${meanwhile}`, (100 * refused) / waits.length, MOST_REFUSED, '%')
    verdict.atMost(`votes of others that no stream shows${meanwhile}`, unseen, 0)
  }

  /**
   * Which share of the time that the server wanted to run it did, the rest having gone to other processes on this
   * machine: waits are judged as they would have been on a machine of its own.
   */
  #shareOfCpu(): number {
    const { run, wait } = this.#server.schedule
    const ran = run - this.#before.run
    const waited = wait - this.#before.wait
    return ran > 0 && waited >= 0 ? ran / (ran + waited) : 1
  }
}
