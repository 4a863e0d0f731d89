import type { EndData } from '@pollcast/shared/stream'

/** What a stream tells of. */
export interface Topics {
  polls?: readonly string[]
  rooms?: readonly string[]
}

/** The end of one poll or room. */
export type TopicEnd = EndData & { reason: Exclude<EndData['reason'], 'shutdown'> }

/** Which of them have ended. */
export class Ends {
  readonly #ends = new Map<string, TopicEnd>()

  /** False where this one had ended already. */
  add(end: TopicEnd): boolean {
    const topic = topicOf(end)
    if (this.#ends.has(topic)) return false
    this.#ends.set(topic, end)
    return true
  }

  hasPoll = (pollId: string): boolean => this.#ends.has(`poll ${pollId}`)

  hasAll = (topics: Topics): boolean => endsOf(topics, 'deleted').every((end) => this.#ends.has(topicOf(end)))

  list = (): TopicEnd[] => [...this.#ends.values()]
}

/** An end for each of the topics. */
export const endsOf = ({ polls = [], rooms = [] }: Topics, reason: TopicEnd['reason']): TopicEnd[] => [
  ...polls.map((pollId) => ({ reason, pollId })),
  ...rooms.map((roomCode) => ({ reason, roomCode })),
]

const topicOf = ({ pollId, roomCode }: EndData) => (pollId === undefined ? `room ${roomCode}` : `poll ${pollId}`)
