const PREFIX = 'poll:'
const PUBLIC = '/public'

/** What changes when a poll does: the subject of its topics. */
export const pollSubject = (pollId: string): string => `${PREFIX}${pollId}`

/** The topic that a poll's snapshots are published on. */
export const pollTopic = (pollId: string): string => `${pollSubject(pollId)}${PUBLIC}`

/** The poll whose topic it is; undefined for a topic of something else. */
export const pollOfTopic = (topic: string): string | undefined =>
  topic.startsWith(PREFIX) && topic.endsWith(PUBLIC) ? topic.slice(PREFIX.length, -PUBLIC.length) : undefined
