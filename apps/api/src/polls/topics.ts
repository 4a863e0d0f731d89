const PREFIX = 'poll:'

/** The topic that a poll's snapshots are published on. */
export const pollTopic = (pollId: string): string => `${PREFIX}${pollId}`

/** The poll whose topic it is; undefined for a topic of something else. */
export const pollOfTopic = (topic: string): string | undefined =>
  topic.startsWith(PREFIX) ? topic.slice(PREFIX.length) : undefined
