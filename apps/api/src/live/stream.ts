import type { Member } from './member.ts'

/** What a stream writes to: the parts of a socket that it needs. */
export interface StreamWriter {
  /** Returns false if some of it has to wait for a slow reader. Then nothing may be written until `whenWritten` calls back. */
  write(bytes: Uint8Array): boolean
  /** Calls back when everything has been written. */
  whenWritten(written: () => void): void
  end(): void
  destroy(): void
}

/** One open response. It never buffers more than one frame: the one that the kernel did not take completely. */
export class Stream {
  /** The tick of the heartbeat at which something was last written. */
  lastTick = 0
  readonly #writer: StreamWriter
  #members: readonly Member[] = []
  /** Members with something to write. Set while the stream is blocked, and for good once it has ended. */
  #waiting: Set<Member> | undefined
  /** What is to be written last, once the stream is no longer blocked. */
  #last: Uint8Array | undefined
  #isEnded = false

  constructor(writer: StreamWriter) {
    this.#writer = writer
  }

  /** Whether the reader is slow, so that nothing may be written now. */
  get blocked(): boolean {
    return this.#waiting !== undefined
  }

  /** Writes the current state of each topic. */
  start(members: readonly Member[]): void {
    this.#members = members
    for (const member of members) member.deliver()
  }

  /** Names of its topics. */
  get topics(): string[] {
    return this.#members.map(({ topic }) => topic)
  }

  /** Its member in the audience of this topic, or on the way there. */
  memberFor(topic: string): Member | undefined {
    return this.#members.find((member) => member.isFor(topic))
  }

  /** Writes a frame. Must not be called while the stream is blocked. */
  write(bytes: Uint8Array, tick: number): void {
    this.lastTick = tick
    if (!this.#writer.write(bytes)) this.#block()
  }

  /** Has the member deliver when the stream is no longer blocked. */
  whenWritable(member: Member): void {
    this.#waiting?.add(member)
  }

  /** Leaves one audience. After the last one, but for those that only accompany others, the response ends. */
  leave(member: Member): void {
    this.#members = this.#members.filter((one) => one !== member)
    this.#waiting?.delete(member)
    member.leave()
    if (!this.#members.every((one) => one.accompanies)) return
    this.leaveAll()
    this.end()
  }

  /** Leaves all audiences: the connection is closed. */
  leaveAll(): void {
    for (const member of this.#members) member.leave()
    this.#members = []
    this.#waiting?.clear()
  }

  /** Ends the response after what has been written. Nothing more is written. */
  end(): void {
    this.#isEnded = true
    this.#waiting ??= new Set()
    this.#writer.end()
  }

  /** Ends the response with these bytes: at once, or for a slow reader after the frame that it is reading. */
  endWith(last: Uint8Array): void {
    if (this.#isEnded) return
    if (this.blocked) {
      this.#last = last
      return
    }
    this.#writer.write(last)
    this.end()
  }

  /** Closes the connection at once, without waiting for a reader that reads nothing. */
  destroy(): void {
    this.#writer.destroy()
  }

  #block(): void {
    const waiting = new Set<Member>()
    this.#waiting = waiting
    this.#writer.whenWritten(() => {
      if (this.#isEnded) return
      this.#waiting = undefined
      if (this.#last) return this.endWith(this.#last)
      for (const member of waiting) member.deliver()
    })
  }
}
