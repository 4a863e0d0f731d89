import { Audience, type OnWritten } from './audience.ts'
import type { Broker } from './broker.ts'
import { Heartbeat } from './heartbeat.ts'
import type { Stream } from './stream.ts'
import type { Topic } from './topic.ts'

/** Every topic that a stream was asked for has ended: there is nothing to wait for. */
export class TopicsEnded extends Error {}

/** Opens and closes the streams of the process. */
export class Audiences {
  readonly heartbeat: Heartbeat
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
   * Adds a stream to each topic's audience. Its first frames are the current states. `open` is called to open the response
   * when all of these have been read; it may return undefined if the client has left meanwhile. Rejects, without calling
   * `open`, if a topic can't be read, and with TopicsEnded if all of them have ended.
   *
   * @param shown a revision that the client has seen: it gets no older one, as long as that one can be read
   */
  async join(topicNames: readonly string[], open: () => Stream | undefined, shown = 0): Promise<void> {
    const topics = topicNames.map((name) => this.#broker.retain(name))
    let stream: Stream | undefined
    try {
      const audiences = topics.map((topic) => this.#audienceOf(topic))
      await Promise.all(audiences.map(({ ready }) => ready))
      await Promise.all(topics.map((topic) => topic.catchUp(shown)))
      if (topics.every((topic) => topic.newest?.last)) throw new TopicsEnded()
      stream = open()
      if (!stream) return
      this.heartbeat.add(stream)
      stream.start(audiences)
    } finally {
      if (!stream) for (const topic of topics) topic.release()
    }
  }

  /** Frees everything of the stream. To be called when its connection is closed. */
  leave(stream: Stream): void {
    this.heartbeat.delete(stream)
    stream.leaveAll()
  }

  #audienceOf(topic: Topic): Audience {
    let audience = this.#audiences.get(topic)
    if (!audience) {
      audience = new Audience(topic, this.heartbeat, this.#onWritten)
      this.#audiences.set(topic, audience)
    }
    return audience
  }
}
