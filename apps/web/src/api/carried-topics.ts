import type { StreamEvent } from '@pollcast/shared/stream'
import { serverClock } from './server-clock.ts'
import type { Shown } from './shown.ts'
import { type Told, topicOfEvent } from './told.ts'
import { apiBaseOf, keyOf, keysOf, type TopicEnd, type Topics, topicsList } from './topics.ts'

/** A newer server may send others. */
const EVENTS: readonly StreamEvent[] = ['snapshot', 'update', 'room', 'watching', 'current', 'end']

interface CarriedOptions {
  addressOf(topics: Topics): string
  shown: Shown
  onTold(told: Told): void
  onHeard?: ((topic: string) => void) | undefined
  /** Called with each event that says how a topic is: the connection delivers. */
  onCurrent(): void
  /** Called when the server says that it goes. There is something to come back for. */
  onShutdown(): void
}

/** What the connections of a stream carry, one after the other: its topics, and what came of each. */
export class CarriedTopics {
  topics: Topics
  readonly #options: CarriedOptions

  constructor(topics: Topics, options: CarriedOptions) {
    this.topics = topics
    this.#options = options
  }

  /** Those that have not ended. */
  remaining(): Topics {
    return this.#options.shown.remaining(this.topics)
  }

  hasEndedAll(): boolean {
    return this.#options.shown.hasEndedAll(this.topics)
  }

  /** What the API's addresses begin with. */
  get base(): string {
    return apiBaseOf(this.#options.addressOf(this.topics))
  }

  /** What the client has of each topic is said in the address, so that the server need not repeat it. */
  addressFor(topics: Topics): string {
    const { addressOf, shown } = this.#options
    const ids = keysOf(topics).flatMap((topic) => shown.idOf(topic) ?? [])
    const address = addressOf(topics)
    if (ids.length === 0) return address
    return `${address}${address.includes('?') ? '&' : '?'}after=${encodeURIComponent(ids.join(','))}`
  }

  /** An event that has come. */
  receive(name: string | undefined, id: string, text: string): void {
    const { onHeard, onCurrent, onShutdown } = this.#options
    const event = name as StreamEvent
    if (!EVENTS.includes(event)) return
    const data = JSON.parse(text)
    const topic = topicOfEvent(id, data)
    switch (event) {
      case 'current':
        onCurrent()
        return onHeard?.(topic)
      case 'snapshot':
      case 'update':
      case 'room': {
        onCurrent()
        onHeard?.(topic)
        const now = event === 'room' ? data.poll?.now : data.now
        if (now) serverClock.note(now)
        return this.tell({ topic, id, event, data })
      }
      case 'watching':
        return this.tell({ topic, id, event, data })
      case 'end':
        return data.reason === 'shutdown' ? onShutdown() : this.tell({ topic, id, event, data })
    }
  }

  /** Tells that all of these have ended. */
  end(topics: Topics, reason: TopicEnd['reason']): void {
    for (const topic of topicsList(topics)) {
      this.tell({ topic: keyOf(topic), id: '', event: 'end', data: { reason, ...topic } })
    }
  }

  /** Passes on what is news. */
  tell(told: Told): void {
    if (this.#options.shown.take(told)) this.#options.onTold(told)
  }
}
