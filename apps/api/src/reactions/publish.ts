import type { Snapshot } from '@pollcast/shared/poll'
import type { StreamEvent } from '@pollcast/shared/stream'
import type { Message, MessageSource } from '../live/message.ts'
import type { PollReader } from '../polls/poll-store.ts'
import type { Signal, VoteCast } from '../polls/signals.ts'
import { snapshotJson } from '../polls/snapshot.ts'
import { pollOfTopic, pollTopic } from '../polls/topics.ts'

/** Publishes each vote's snapshot: the single place from which anything is published. */
export function publishVotes(voteCast: Signal<VoteCast>, broker: { publish(message: Message): void }): void {
  let published: Snapshot | undefined
  voteCast.connect(({ snapshot }) => {
    // Votes that were committed together share one snapshot.
    if (snapshot === published) return
    published = snapshot
    broker.publish(pollMessage(snapshot))
  })
}

/** The polls of the store as the topics of the engine. */
export const pollMessages = (store: Pick<PollReader, 'snapshot'>): MessageSource => ({
  async read(topic) {
    const pollId = pollOfTopic(topic)
    if (pollId === undefined) throw new RangeError(`There is no topic "${topic}"`)
    return pollMessage(await store.snapshot(pollId))
  },
})

const event: { first: StreamEvent; newer: StreamEvent } = { first: 'snapshot', newer: 'update' }

export function pollMessage(snapshot: Snapshot): Message {
  return {
    topic: pollTopic(snapshot.pollId),
    revision: snapshot.revision,
    event: event.newer,
    json: snapshotJson(snapshot),
    opening: { event: event.first, since: 0 },
  }
}
