import type { View } from '@pollcast/shared/poll'

/*
 * The names of topics: what it is about, and which view of it. Who has voted sees results of one round of one poll: the
 * topic says which, so that its streams can't be shown those of the next.
 */

/** What a topic is about: all of its views change together. */
export const pollSubject = (pollId: string): string => `poll:${pollId}`
export const roomSubject = (code: string): string => `room:${code}`

/** Undefined for a subject that is no room. */
export const codeOfRoomSubject = (subject: string): string | undefined => /^room:(\w+)$/.exec(subject)?.[1]

/** How many watch a room: what its host sees of that, and who shows it to all. */
export const watchingSubject = (code: string): string => `watching:${code}`

/** Each process knows how many watch by itself (reactions/watching.ts). */
export const isLocalSubject = (subject: string): boolean => subject.startsWith('watching:')

/** What processes tell each other of how many watch a room. It has no topics. */
export const watchersSubject = (code: string): string => `watchers:${code}`

export const topicOf = (subject: string, view: ViewName): string => `${subject}/${view}`

/** `host-HASH` goes with the host's key: with another key, it is another topic. */
export type ViewName = 'public' | `voted-${string}-${number}` | `host-${string}`

/** The view of those who have voted in this round. */
export const votedName = (poll: { id: string; round: number }): ViewName => `voted-${poll.id}-${poll.round}`
export const hostName = (hostKeyHash: string): ViewName => `host-${hostKeyHash.slice(0, 16)}`

export interface TopicParts {
  kind: 'poll' | 'room' | 'watching'
  /** The poll's id or the room's code. */
  id: string
  view: View
  name: ViewName
}

/** Throws a RangeError for what is no topic of polls or rooms. */
export function parseTopic(topic: string): TopicParts {
  const [, kind, id, name, view] = /^(poll|room|watching):(\w+)\/((public|voted|host)\b[\w-]*)$/.exec(topic) ?? []
  if (kind === undefined || id === undefined || name === undefined || view === undefined) {
    throw new RangeError(`There is no topic "${topic}"`)
  }
  return { kind, id, name, view } as TopicParts
}
