import { routes } from '@pollcast/shared/routes'
import type { EndData } from '@pollcast/shared/stream'

/** What a stream tells of. */
export interface Topics {
  polls?: readonly string[]
  rooms?: readonly string[]
}

/** The end of one poll or room. */
export type TopicEnd = EndData & { reason: Exclude<EndData['reason'], 'shutdown'> }

type Topic = { pollId: string } | { roomCode: string }

export const topicsList = ({ polls = [], rooms = [] }: Topics): Topic[] => [
  ...polls.map((pollId) => ({ pollId })),
  ...rooms.map((roomCode) => ({ roomCode })),
]

/** By what a topic is known, here and in ids of events. */
export const keyOf = (topic: Topic): string => ('pollId' in topic ? topic.pollId : topic.roomCode)

export const keysOf = (topics: Topics): string[] => topicsList(topics).map(keyOf)

/** Where the topic is read without a stream. */
export const addressOf = (topic: Topic): string =>
  'pollId' in topic ? routes.poll(topic.pollId) : routes.room(topic.roomCode)

/** Where several are watched at once. */
export function streamAddressOf({ polls = [], rooms = [] }: Topics): string {
  const query = [polls.length > 0 && `polls=${polls.join(',')}`, rooms.length > 0 && `rooms=${rooms.join(',')}`]
  return `${routes.streams}?${query.filter(Boolean).join('&')}`
}

/** What an address of the API begins with: its origin, and the path under which it is hosted. */
export const apiBaseOf = (url: string): string => /^(.*)\/api\//.exec(url)?.[1] ?? url
