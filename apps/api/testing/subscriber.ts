import type { PubSub, PubSubMessage } from '../src/live/pubsub.ts'

/** Listens on a pubsub, and records. */
export class Subscriber {
  readonly messages: PubSubMessage[] = []
  readonly gaps: string[] = []
  #checks: (() => void)[] = []

  constructor(pubsub: PubSub) {
    pubsub.listen({
      onMessage: (message) => {
        this.messages.push(message)
        this.#check()
      },
      onGap: (topic) => {
        this.gaps.push(topic)
        this.#check()
      },
    })
  }

  /** Resolves once the message with this revision of the topic has arrived. */
  received(topic: string, revision: number): Promise<void> {
    return this.#until(() => this.messages.some((message) => message.topic === topic && message.revision === revision))
  }

  /** Resolves once so many gaps of the topic were reported; the first one says that it is subscribed to. */
  gap(topic: string, times = 1): Promise<void> {
    return this.#until(() => this.gaps.filter((name) => name === topic).length >= times)
  }

  #until(holds: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const check = () => {
        if (holds()) resolve()
        else this.#checks.push(check)
      }
      check()
    })
  }

  #check(): void {
    const checks = this.#checks
    this.#checks = []
    for (const check of checks) check()
  }
}
