import type { Audience } from './audience.ts'
import type { Stream } from './stream.ts'

/** A stream in the audience of one topic. It may move to the audience of another one. */
export class Member {
  readonly #stream: Stream
  #audience: Audience
  /** The revision that the client has seen on an earlier stream, and the one that it was sent last on this one, or -1. */
  #shown: number
  #sent = -1
  /** The topic that it is to move to, while that is not ready. */
  #destination: string | undefined
  /** Moves are numbered in the order in which they were asked for. */
  #lastAsked = 0
  #lastMade = 0

  /** Adds the stream to the audience, without writing to it yet. */
  constructor(stream: Stream, audience: Audience, shown = -1) {
    this.#stream = stream
    this.#audience = audience
    this.#shown = shown
    audience.add(this)
  }

  /** Name of the topic that it is on, or on the way to. */
  get topic(): string {
    return this.#destination ?? this.#audience.topic
  }

  /** Whether its topic only accompanies others. */
  get accompanies(): boolean {
    return this.#audience.frame.message.accompanies === true
  }

  /** Whether it is in the audience of this topic, or on the way there. */
  isFor(topic: string): boolean {
    return this.#destination === topic || this.#audience.topic === topic
  }

  /** Writes the newest frame, if the stream has not got it yet. If the stream is blocked, that is done when it no longer is. */
  deliver(): void {
    const { frame } = this.#audience
    if (frame.revision <= this.#sent) return
    if (this.#stream.blocked) return this.#stream.whenWritable(this)
    const bytes = this.#sent < 0 ? frame.firstBytes(this.#shown) : frame.bytesAfter(this.#sent)
    this.#sent = frame.revision
    this.#stream.write(bytes, this.#audience.heartbeat.tick)
    if (frame.message.last) this.#stream.leave(this)
  }

  leave(): void {
    this.#audience.delete(this)
  }

  /**
   * Moves to another audience, of which a topic is retained for it, and writes the current state of that one, whatever it
   * was sent before. It stays where it is if that audience can't be got, or a move that was asked for later is made already.
   *
   * @param ready resolves with the audience of the topic when its message can be written
   * @returns whether it has moved; false if its stream has closed meanwhile
   */
  async moveTo(topic: string, ready: Promise<Audience>): Promise<boolean> {
    this.#lastAsked += 1
    const move = this.#lastAsked
    this.#destination = topic
    try {
      const audience = await ready
      return move > this.#lastMade && this.#enter(audience, move)
    } finally {
      if (move === this.#lastAsked) this.#destination = undefined
    }
  }

  #enter(audience: Audience, move: number): boolean {
    this.#lastMade = move
    if (audience === this.#audience || !this.#audience.has(this)) return false
    this.#audience.delete(this)
    this.#audience = audience
    this.#sent = -1
    this.#shown = -1
    audience.add(this)
    this.deliver()
    return true
  }
}
