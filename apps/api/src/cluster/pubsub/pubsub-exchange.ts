import type { PubSubMessage } from '../../live/pubsub.ts'
import { type Channel, listen, post } from '../ipc.ts'
import { Outbox } from './outbox.ts'

/** What a worker sends to the exchange. */
export interface ToExchange {
  subscribe?: readonly string[]
  unsubscribe?: readonly string[]
  publish?: readonly PubSubMessage[]
}

/** What the exchange sends to a worker. */
export interface FromExchange {
  messages: readonly PubSubMessage[]
}

/** Passes messages on between the workers of a pool, only to the subscribers of a subject. */
export class PubSubExchange {
  readonly #subscribers = new Map<string, Map<Channel, Outbox>>()

  /** Returns a function that removes the worker, to be called when it has exited. */
  add(worker: Channel): () => void {
    // Messages that can't be sent to an exiting worker may be lost: the one that replaces it reads all subjects anew.
    const outbox = new Outbox((messages) => post(worker, 'pubsub', { messages } satisfies FromExchange).catch(() => {}))
    const subjects = new Set<string>()
    listen<ToExchange>(worker, 'pubsub', ({ subscribe = [], unsubscribe = [], publish = [] }) => {
      for (const subject of subscribe) {
        subjects.add(subject)
        this.#subscribe(subject, worker, outbox)
      }
      for (const subject of unsubscribe) {
        subjects.delete(subject)
        this.#unsubscribe(subject, worker)
      }
      for (const message of publish) this.#forward(worker, message)
    })
    return () => {
      for (const subject of subjects) this.#unsubscribe(subject, worker)
    }
  }

  #subscribe(subject: string, worker: Channel, outbox: Outbox): void {
    let subscribers = this.#subscribers.get(subject)
    if (!subscribers) {
      subscribers = new Map()
      this.#subscribers.set(subject, subscribers)
    }
    subscribers.set(worker, outbox)
  }

  #unsubscribe(subject: string, worker: Channel): void {
    const subscribers = this.#subscribers.get(subject)
    subscribers?.delete(worker)
    if (subscribers?.size === 0) this.#subscribers.delete(subject)
  }

  #forward(from: Channel, message: PubSubMessage): void {
    for (const [worker, outbox] of this.#subscribers.get(message.subject) ?? []) {
      if (worker !== from) outbox.put(message)
    }
  }
}
