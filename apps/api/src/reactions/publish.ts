import type { EndData, StreamEvent } from '@pollcast/shared/stream'
import type { Change, Message, MessageSource } from '../live/message.ts'
import type { PollChanged, Signal } from '../polls/events.ts'
import type { PollReader } from '../polls/ports.ts'
import type { PollState } from '../polls/state.ts'
import { pollOfTopic, pollSubject, pollTopic } from '../polls/topics.ts'
import { snapshotJson } from '../polls/views.ts'

/** Publishes each change of a poll: the single place from which anything is published. */
export function publishChanges(pollChanged: Signal<PollChanged>, broker: { publish(change: Change): void }): void {
  let published: PollState | undefined
  pollChanged.listen(({ type, poll }) => {
    // Nobody can watch a poll before it is there; and votes that were committed together share one state.
    if (type === 'created' || poll === published) return
    published = poll
    broker.publish({ subject: pollSubject(poll.id), revision: poll.revision, messageOf: () => pollMessage(poll) })
  })
}

/** The polls of the store as the topics of the engine. */
export const pollMessages = (store: Pick<PollReader, 'find'>): MessageSource => ({
  async read(topic) {
    const pollId = pollOfTopic(topic)
    if (pollId === undefined) throw new RangeError(`There is no topic "${topic}"`)
    const poll = await store.find(pollId)
    return { message: pollMessage(poll), subjectRevision: poll.revision }
  },
})

const event = { first: 'snapshot', newer: 'update', last: 'end' } satisfies Record<string, StreamEvent>

export function pollMessage(poll: PollState): Message {
  if (poll.deletedAt !== null) {
    const end: EndData = { reason: 'deleted', pollId: poll.id }
    return {
      topic: pollTopic(poll.id),
      revision: poll.revision,
      id: String(poll.revision),
      event: event.last,
      json: JSON.stringify(end),
      last: true,
    }
  }
  return {
    topic: pollTopic(poll.id),
    revision: poll.revision,
    id: String(poll.revision),
    event: event.newer,
    json: snapshotJson(poll),
    opening: { event: event.first, since: 0 },
  }
}
