import type { Change } from '../live/message.ts'
import type { Signals } from '../polls/events.ts'
import { roomRevision } from '../polls/revisions.ts'
import type { PollState } from '../polls/state.ts'
import { parseTopic, pollSubject, roomSubject, topicOf } from '../polls/topics.ts'
import type { Messages } from './messages.ts'

/** Publishes each change of a poll or room: the single place from which anything is published. */
export function publishChanges(
  { pollChanged, roomChanged }: Signals,
  broker: { publish(change: Change): void },
  messages: Messages,
): void {
  let published: PollState | undefined
  pollChanged.listen(({ type, poll }) => {
    // Nobody can watch a poll before it is there; and votes that were committed together share one state.
    if (type === 'created' || poll === published) return
    published = poll
    const subject = pollSubject(poll.id)
    broker.publish({
      subject,
      revision: poll.revision,
      messageOf: (topic) => messages.ofPoll(topic, poll),
      cached: [topicOf(subject, 'public')],
    })
    const { room } = poll
    if (room.currentPollId !== poll.id) return
    const ofRoom = roomSubject(room.code)
    broker.publish({
      subject: ofRoom,
      revision: roomRevision(room, poll.revision),
      // The host sees the room's other polls too: theirs is read.
      messageOf: (topic) =>
        parseTopic(topic).view === 'host' ? undefined : messages.ofRoom(topic, { room, current: poll }),
      cached: [topicOf(ofRoom, 'public')],
    })
  })
  roomChanged.listen(({ type, room }) => {
    if (type === 'created') return
    broker.publish({ subject: roomSubject(room.code), revision: roomRevision(room, 0), messageOf: () => undefined })
  })
}
