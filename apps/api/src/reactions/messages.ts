import type { EndData, StreamEvent } from '@pollcast/shared/stream'
import type { CurrentMessage, Message, MessageSource } from '../live/message.ts'
import type { EventIds } from '../polls/event-ids.ts'
import type { PollReader } from '../polls/ports.ts'
import { revisionOf, roomRevision, roomRevisionOf, roomRevisionSince } from '../polls/revisions.ts'
import type { PollState, RoomState } from '../polls/state.ts'
import { hostName, parseTopic, type TopicParts, votedName } from '../polls/topics.ts'
import { type RoomContent, roomEventJson, snapshotJson } from '../polls/views.ts'
import { voterView } from '../polls/visibility.ts'
import type { Watching } from './watching.ts'

const event = {
  snapshot: 'snapshot',
  update: 'update',
  room: 'room',
  end: 'end',
} satisfies Record<string, StreamEvent>

/** Polls and rooms as the messages of the live engine. */
export class Messages implements MessageSource {
  readonly #reader: Pick<PollReader, 'find' | 'findRoom' | 'pollsOf'>
  readonly #ids: EventIds
  readonly #basePath: string
  /** Gets each poll that was read: another process may have changed it. */
  onRead: (poll: PollState) => void = () => {}
  /** Reads the number of those who watch a room. */
  watching: Pick<Watching, 'read'> | undefined

  constructor(reader: Pick<PollReader, 'find' | 'findRoom' | 'pollsOf'>, ids: EventIds, basePath: string) {
    this.#reader = reader
    this.#ids = ids
    this.#basePath = basePath
  }

  async read(topic: string): Promise<CurrentMessage> {
    const { kind, id, view } = parseTopic(topic)
    if (kind === 'watching') {
      if (!this.watching) throw new RangeError(`There is no topic "${topic}"`)
      return this.watching.read(topic, id)
    }
    if (kind === 'poll') {
      const poll = await this.#reader.find(id)
      this.onRead(poll)
      return { message: this.ofPoll(topic, poll), subjectRevision: poll.revision }
    }
    const { room, current } = await this.#reader.findRoom(id)
    if (current) this.onRead(current)
    const polls = view === 'host' ? await this.#reader.pollsOf(id) : undefined
    const subjectRevision = roomRevision(room, current?.revision ?? 0)
    return { message: this.ofRoom(topic, { room, current, polls }), subjectRevision }
  }

  ofPoll(topic: string, poll: PollState): Message {
    const parts = parseTopic(topic)
    const revision = revisionOf(poll, parts.view)
    const ended = endOf(parts, poll.deletedAt, poll.room)
    if (ended) return this.#end(topic, parts, revision, { ...ended, pollId: poll.id })
    return {
      topic,
      revision,
      id: this.#ids.write({ id: poll.id, view: parts.view, revision }),
      event: event.update,
      json: snapshotJson(poll, shownView(parts, poll)),
      opening: { event: event.snapshot, since: 0 },
    }
  }

  ofRoom(topic: string, content: RoomContent): Message {
    const { room, current } = content
    const parts = parseTopic(topic)
    const revision = roomRevisionOf(room, current, parts.view)
    const ended = endOf(parts, room.deletedAt, room)
    if (ended) return this.#end(topic, parts, revision, { ...ended, roomCode: room.code })
    const view = current ? shownView(parts, current) : parts.view
    const json = roomEventJson(content, view, this.#basePath)
    return {
      topic,
      revision,
      id: this.#ids.write({ id: room.code, view: parts.view, revision }),
      event: current ? event.update : event.room,
      json: current ? snapshotJson(current, view) : json,
      opening: { event: event.room, since: roomRevisionSince(room, parts.view), json },
    }
  }

  #end(topic: string, { id, view }: TopicParts, revision: number, data: EndData): Message {
    return {
      topic,
      revision,
      id: this.#ids.write({ id, view, revision }),
      event: event.end,
      json: JSON.stringify(data),
      last: true,
    }
  }
}

/** Why a topic has ended; undefined where it goes on. */
function endOf(
  { view, name }: TopicParts,
  deletedAt: string | null,
  { hostKeyHash }: RoomState,
): Pick<EndData, 'reason'> | undefined {
  if (deletedAt !== null) return { reason: 'deleted' }
  return view === 'host' && name !== hostName(hostKeyHash) ? { reason: 'unauthorized' } : undefined
}

/** The view that a topic shows of a poll. Who voted in another round, or another poll, sees what everybody sees. */
const shownView = ({ view, name }: TopicParts, poll: PollState) =>
  view === 'voted' ? voterView(poll, name === votedName(poll)) : view
