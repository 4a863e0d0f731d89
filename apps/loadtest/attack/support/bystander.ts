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

/**
 * Someone who uses the server as people do while it is attacked: reads a poll and votes a few times a second, and has a
 * stream open. Runs on a thread of its own, so that it is not the attack's own work that keeps it waiting, and comes
 * from an address of its own.
 */
export class Bystander {
  readonly #worker: Worker

  private constructor(worker: Worker) {
    this.#worker = worker
  }

  /** @param keepAlive whether requests come on connections that are open; else each has one of its own */
  static async start(server: AttackedServer, { keepAlive = false } = {}): Promise<Bystander> {
    const poll = await server.createPoll()
    const workerData: BystanderData = { port: server.port, poll, keepAlive }
    const worker = startThread(new URL('./bystander-worker.ts', import.meta.url), workerData)
    // Its stream is open.
    await once(worker, 'message')
    return new Bystander(worker)
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
    const meanwhile = attack ? ` (${attack})` : ''
    verdict.atMost(
      `others wait, p95${meanwhile}`,
      Math.round(percentiles(waits)?.p95 ?? Number.NaN),
      MOST_WAIT_5_PERCENT,
      'ms',
    )
    verdict.atMost(`others wait at most${meanwhile}`, Math.round(Math.max(...waits)), LONGEST_WAIT, 'ms')
    verdict.none(`requests of others fail${meanwhile}`, failures)
    verdict.atMost(`others are told to come back later${meanwhile}`, (100 * refused) / waits.length, 50, '%')
    verdict.atMost(`votes of others that no stream shows${meanwhile}`, unseen, 0)
  }
}
