import { isNews } from './event-id.ts'
import type { Told } from './told.ts'
import { keyOf, type Topics, topicsList } from './topics.ts'

/** What has last been shown of each topic: what comes is compared with it, and whoever comes later is told it again. */
export class Shown {
  /** The newest event of each topic; of a room, the one that it began with and the newest of the poll that is on. */
  readonly #told = new Map<string, Told[]>()
  readonly #ends = new Map<string, Told>()

  /** False where it is nothing new. */
  take(told: Told): boolean {
    const { topic } = told
    if (told.event === 'watching') return true
    if (this.#ends.has(topic)) return false
    if (told.event === 'end') {
      this.#ends.set(topic, told)
      this.#told.delete(topic)
      return true
    }
    const before = this.#told.get(topic) ?? []
    if (!isNews(this.idOf(topic), told.id)) return false
    const room = told.event === 'room' ? undefined : before.find(({ event }) => event === 'room')
    this.#told.set(topic, room ? [room, told] : [told])
    return true
  }

  /** Begins with what a page came with, where nothing has been told yet. */
  begin(told: Told): void {
    if (this.of(told.topic).length === 0) this.take(told)
  }

  /** All that a newcomer has to be told of a topic. */
  of(topic: string): Told[] {
    const end = this.#ends.get(topic)
    return end ? [end] : (this.#told.get(topic) ?? [])
  }

  /** The id of the newest event of a topic; undefined where there is none. */
  idOf(topic: string): string | undefined {
    const told = this.#told.get(topic) ?? []
    return told[told.length - 1]?.id || undefined
  }

  hasEnded = (topic: string): boolean => this.#ends.has(topic)

  /** Those that have not ended. */
  remaining({ polls = [], rooms = [] }: Topics): Topics {
    const isOpen = (topic: string) => !this.hasEnded(topic)
    return { polls: polls.filter(isOpen), rooms: rooms.filter(isOpen) }
  }

  hasEndedAll = (topics: Topics): boolean => topicsList(topics).every((topic) => this.hasEnded(keyOf(topic)))
}
