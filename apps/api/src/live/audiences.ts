import { Audience } from './audience.ts'
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
  /** An audience lives as long as its topic is retained. */
  readonly #audiences = new WeakMap<Topic, Audience>()

  constructor(broker: Broker, heartbeat = new Heartbeat()) {
    this.#broker = broker
    this.heartbeat = heartbeat
  }

  /**
   * Seats a stream in each topic's audience, where its first frame is the current state. `open` is called once all of
   * them are known, to open the response; it may return undefined where the client has left meanwhile. Rejects, without
   * calling `open`, if a topic can't be read, and with TopicsEnded if all of them have ended.
   *
   * @param shown a revision that the client was shown before: it is shown no older one, if that can be had
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

  /** Frees all that the stream holds, once its connection is closed. */
  leave(stream: Stream): void {
    this.heartbeat.delete(stream)
    stream.free()
  }

  #audienceOf(topic: Topic): Audience {
    let audience = this.#audiences.get(topic)
    if (!audience) {
      audience = new Audience(topic, this.heartbeat)
      this.#audiences.set(topic, audience)
    }
    return audience
  }
}
