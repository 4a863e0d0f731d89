import { Audience } from './audience.ts'
import type { Broker } from './broker.ts'
import { Heartbeat } from './heartbeat.ts'
import type { Stream } from './stream.ts'

/** Every audience of the process: there is one for each poll that someone watches, and none for the others. */
export class Audiences {
  readonly heartbeat: Heartbeat
  readonly #broker: Broker
  readonly #byPoll = new Map<string, Audience>()
  /** Streams between asking and being seated: their audience stays meanwhile. */
  readonly #arriving = new Map<string, number>()

  constructor(broker: Broker, heartbeat = new Heartbeat()) {
    this.#broker = broker
    this.heartbeat = heartbeat
  }

  /** How many polls have an audience. */
  get size(): number {
    return this.#byPoll.size
  }

  /**
   * Seats a stream in each poll's audience, where its first frame is that poll's current snapshot. `open` is called
   * once all of them are known, to open the response; it may answer undefined where the client has left meanwhile.
   * Rejects, without calling `open`, as the broker does if a poll can't be read.
   *
   * @param shown a revision that the client was shown before: it is shown no older one, if that can be had
   */
  async join(pollIds: readonly string[], open: () => Stream | undefined, shown = 0): Promise<void> {
    const audiences = pollIds.map((pollId) => this.#arrive(pollId))
    try {
      await Promise.all(audiences.map((audience) => audience.ready))
      await Promise.all(audiences.map((audience) => audience.catchUp(shown)))
      const stream = open()
      if (!stream) return
      stream.lastTick = this.heartbeat.tick
      this.heartbeat.add(stream)
      for (const audience of audiences) audience.join(stream)
    } finally {
      for (const pollId of pollIds) this.#arrived(pollId)
    }
  }

  /** Frees all that the stream held. */
  leave(pollIds: readonly string[], stream: Stream): void {
    this.heartbeat.delete(stream)
    for (const pollId of pollIds) {
      this.#byPoll.get(pollId)?.leave(stream)
      this.#closeIfEmpty(pollId)
    }
  }

  #arrive(pollId: string): Audience {
    this.#arriving.set(pollId, (this.#arriving.get(pollId) ?? 0) + 1)
    let audience = this.#byPoll.get(pollId)
    if (!audience) {
      audience = new Audience(this.#broker, this.heartbeat, pollId)
      this.#byPoll.set(pollId, audience)
    }
    return audience
  }

  #arrived(pollId: string): void {
    const others = (this.#arriving.get(pollId) ?? 0) - 1
    if (others > 0) this.#arriving.set(pollId, others)
    else this.#arriving.delete(pollId)
    this.#closeIfEmpty(pollId)
  }

  #closeIfEmpty(pollId: string): void {
    const audience = this.#byPoll.get(pollId)
    if (!audience || audience.size > 0 || this.#arriving.has(pollId)) return
    this.#byPoll.delete(pollId)
    audience.close()
  }
}
