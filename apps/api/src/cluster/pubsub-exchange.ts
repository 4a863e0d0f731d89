import { type Channel, listen, post } from './ipc.ts'
import { Outbox } from './outbox.ts'
import type { FromExchange, ToExchange } from './worker-messages.ts'

/** Hands wakes on between the workers of one machine: to those that watch the poll, and to no other. */
export class PubSubExchange {
  readonly #watchers = new Map<string, Map<Channel, Outbox>>()

  /** Answers a function that forgets the worker again, which is to be called when it has gone. */
  add(worker: Channel): () => void {
    // What can't be sent to a worker that is going needs no telling: the one that replaces it reads everything anew.
    const outbox = new Outbox((wakes) =>
      tell(worker, { wakes: wakes.map(({ pollId, revision }) => [pollId, revision]) }).catch(() => {}),
    )
    const watched = new Set<string>()
    listen<ToExchange>(worker, 'pubsub', (told) => {
      for (const pollId of told.watch ?? []) {
        watched.add(pollId)
        this.#watch(pollId, worker, outbox)
      }
      for (const pollId of told.unwatch ?? []) {
        watched.delete(pollId)
        this.#unwatch(pollId, worker)
      }
      for (const [pollId, revision] of told.wakes ?? []) this.#forward(worker, pollId, revision)
    })
    return () => {
      for (const pollId of watched) this.#unwatch(pollId, worker)
    }
  }

  #watch(pollId: string, worker: Channel, outbox: Outbox): void {
    let watchers = this.#watchers.get(pollId)
    if (!watchers) {
      watchers = new Map()
      this.#watchers.set(pollId, watchers)
    }
    watchers.set(worker, outbox)
  }

  #unwatch(pollId: string, worker: Channel): void {
    const watchers = this.#watchers.get(pollId)
    watchers?.delete(worker)
    if (watchers?.size === 0) this.#watchers.delete(pollId)
  }

  #forward(from: Channel, pollId: string, revision: number): void {
    for (const [worker, outbox] of this.#watchers.get(pollId) ?? []) {
      if (worker !== from) outbox.put({ pollId, revision })
    }
  }
}

const tell = (worker: Channel, message: FromExchange): Promise<void> => post(worker, 'pubsub', message)
