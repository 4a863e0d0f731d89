import { Audience, type OnWritten } from './audience.ts'
import type { Broker } from './broker.ts'
import { Heartbeat } from './heartbeat.ts'
import { Member } from './member.ts'
import { Returning } from './returning.ts'
import type { Stream } from './stream.ts'
import type { Topic } from './topic.ts'

/** Every topic that a stream was asked for has ended: there is nothing to wait for. */
export class TopicsEnded extends Error {}

/** A topic that a stream is to be opened on. */
export interface TopicToJoin {
  readonly name: string
  /**
   * A revision of it that the client has seen, and can prove that: it gets no older one, as long as that one can be read.
   * If there is none, the source was set back.
   */
  readonly shown?: number | undefined
}

/** Opens and closes the streams of the process. */
export class Audiences {
  readonly heartbeat: Heartbeat
  /** Clients between two long polls. */
  readonly returning = new Returning()
  readonly #broker: Broker
  readonly #onWritten: OnWritten | undefined
  /** An audience lives as long as its topic is retained. */
  readonly #audiences = new WeakMap<Topic, Audience>()

  constructor(broker: Broker, heartbeat = new Heartbeat(), onWritten?: OnWritten) {
    this.#onWritten = onWritten
    this.#broker = broker
    this.heartbeat = heartbeat
  }

  /**
   * Adds a stream to each topic's audience. Its first frames are the current states, or an event `current` for a topic whose
   * current state the client has seen. `open` is called to open the response when all of these have been read; it may return
   * undefined if the client has left meanwhile. Rejects, without calling `open`, if a topic can't be read, and with
   * TopicsEnded if all of them have ended.
   */
  async join(topicsToJoin: readonly TopicToJoin[], open: () => Stream | undefined): Promise<void> {
    const { restarts } = this.#broker
    const topics = topicsToJoin.map(({ name, shown }) => ({ topic: this.#broker.retain(name), shown }))
    let stream: Stream | undefined
    try {
      const members = await Promise.all(
        topics.map(async ({ topic, shown }) => ({ audience: await this.#readyAudience(topic), shown })),
      )
      await Promise.all(topics.map(({ topic, shown = -1 }) => topic.catchUp(shown)))
      if (topics.every(({ topic: { newest } }) => newest?.last || newest?.accompanies)) throw new TopicsEnded()
      const opened = open()
      if (!opened) return
      stream = opened
      this.heartbeat.add(opened)
      opened.start(members.map(({ audience, shown }) => new Member(opened, audience, shown)))
      if (restarts !== this.#broker.restarts) this.#startAgain(opened)
    } finally {
      if (!stream) for (const { topic } of topics) topic.release()
    }
  }

  /**
   * Has an open stream leave one topic and join another, whose current state is the next that it gets, even if its revision
   * is lower than that of the topic it leaves. Resolves when that is done, or if the stream is not on the first topic or has
   * closed. Rejects if the other topic can't be read; then the stream stays where it is. Of several switches at a time the
   * one that was asked for last holds.
   */
  async switchTopic(stream: Stream, from: string, to: string): Promise<void> {
    const member = stream.memberFor(from)
    if (!member) return
    const topic = this.#broker.retain(to)
    let hasMoved = false
    try {
      hasMoved = await member.moveTo(to, this.#readyAudience(topic))
    } finally {
      if (!hasMoved) topic.release()
    }
  }

  /**
   * Begins anew after the source was set back: every stream gets the current state of each of its topics, whatever it was sent
   * before. One whose topic is not there any more is closed, and its client told why when it comes back.
   */
  async restart(): Promise<void> {
    this.#broker.restart()
    await this.heartbeat.visit((stream) => this.#startAgain(stream))
  }

  #startAgain(stream: Stream): void {
    for (const topic of stream.topics) this.switchTopic(stream, topic, topic).catch(() => stream.destroy())
  }

  /** Frees everything of the stream. To be called when its connection is closed. */
  leave(stream: Stream): void {
    this.heartbeat.delete(stream)
    stream.leaveAll()
  }

  /** The subjects that streams of this process are open on. */
  get subjects(): Iterable<string> {
    return this.#broker.subjects
  }

  /** Number of clients of this process that watch a topic of the subject, by a stream or by long polls. */
  watching(subject: string): number {
    let clients = this.returning.count(subject)
    for (const topic of this.#broker.topicsOf(subject)) clients += this.#audiences.get(topic)?.size ?? 0
    return clients
  }

  /** Resolves with the audience of a topic when the topic has been read. */
  async #readyAudience(topic: Topic): Promise<Audience> {
    let audience = this.#audiences.get(topic)
    if (!audience) {
      audience = new Audience(topic, this.heartbeat, this.#onWritten)
      this.#audiences.set(topic, audience)
    }
    await audience.ready
    return audience
  }
}
