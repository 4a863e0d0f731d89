import { Writable } from 'node:stream'
import { createParser } from 'eventsource-parser'
import { Audiences, type TopicToJoin } from '../src/live/audiences.ts'
import { Broker } from '../src/live/broker.ts'
import { Heartbeat } from '../src/live/heartbeat.ts'
import type { Message } from '../src/live/message.ts'
import { Stream } from '../src/live/stream.ts'
import { messageAt, TOPIC } from './topics.ts'

/** The reader of a real Writable, which takes what is written only while it is reading. */
export class Reader {
  readonly taken: Buffer[] = []
  readonly writable: Writable
  #reading = true
  #take: (() => void) | undefined

  constructor() {
    this.writable = new Writable({
      write: (bytes, _encoding, done) => {
        const take = () => {
          if (bytes.length > 0) this.taken.push(bytes)
          done()
        }
        if (this.#reading) take()
        else this.#take = take
      },
    })
  }

  stall(): void {
    this.#reading = false
  }

  resume(): void {
    this.#reading = true
    this.#take?.()
    this.#take = undefined
  }

  /** The events that an SSE parser reads. */
  get events(): { name: string | undefined; topic: string; revision: number }[] {
    const events: { name: string | undefined; topic: string; revision: number }[] = []
    const parser = createParser({
      onEvent: ({ event, data }) => events.push({ name: event, ...JSON.parse(data) }),
    })
    for (const bytes of this.taken) parser.feed(bytes.toString())
    return events
  }

  get names(): (string | undefined)[] {
    return this.events.map(({ name }) => name)
  }

  revisions(topic = TOPIC): number[] {
    return this.events.filter((event) => event.topic === topic).map(({ revision }) => revision)
  }
}

/** A process with a store behind it, as the app wires them. */
export class LiveProcess {
  /** What the store has of each topic that has changed. */
  readonly stored = new Map<string, Message>()
  readonly errors: unknown[] = []
  reads = 0
  isReadable = true
  /** How often the broker has found that the store was set back. */
  setBacks = 0
  /** If set, reads wait for it. */
  gate: Promise<void> | undefined
  readonly broker = new Broker({
    source: {
      read: async (topic) => {
        this.reads += 1
        await this.gate
        if (!this.isReadable) throw new Error('away')
        const message = this.#current(topic)
        const subjectRevision = Math.max(message.revision, this.#subjectRevision(topic))
        return { message, subjectRevision }
      },
    },
    onError: (error) => this.errors.push(error),
    onSetBack: () => {
      this.setBacks += 1
    },
  })
  readonly heartbeat = new Heartbeat(60)
  readonly audiences = new Audiences(this.broker, this.heartbeat)
  readonly #subjectRevisions = new Map<string, number>()

  /** Publishes a change that one topic shows, and the others of its subject do not. */
  publish(change: Partial<Message> = {}): void {
    const topic = change.topic ?? TOPIC
    const revision = change.revision ?? this.#current(topic).revision + 1
    this.stored.set(topic, { ...messageAt(revision, topic), ...change })
    const subjectRevision = Math.max(revision, this.#subjectRevision(topic) + 1)
    this.#subjectRevisions.set(subjectOf(topic), subjectRevision)
    this.broker.publish({
      subject: subjectOf(topic),
      revision: subjectRevision,
      messageOf: (name) => this.#current(name),
    })
  }

  /** Puts an older state of a topic into the store, behind the process's back. */
  setBack(revision: number, topic = TOPIC): void {
    this.stored.set(topic, messageAt(revision, topic))
    this.#subjectRevisions.set(subjectOf(topic), revision)
  }

  async join(
    topics: readonly (string | TopicToJoin)[] = [TOPIC],
    shown?: number,
  ): Promise<{ reader: Reader; stream: Stream; leave: () => void }> {
    const reader = new Reader()
    const { writable } = reader
    const stream = new Stream({
      write: (bytes) => {
        writable.write(bytes)
        return writable.writableLength === 0
      },
      whenWritten: (written) => writable.write(new Uint8Array(), written),
      end: () => writable.end(),
      destroy: () => writable.destroy(),
    })
    await this.audiences.join(
      topics.map((topic) => (typeof topic === 'string' ? { name: topic, shown } : topic)),
      () => stream,
    )
    return { reader, stream, leave: () => this.audiences.leave(stream) }
  }

  /** Number of topics and of streams that take memory. */
  get counts(): number[] {
    return [this.broker.size, this.heartbeat.streams]
  }

  #current(topic: string): Message {
    return this.stored.get(topic) ?? messageAt(0, topic)
  }

  #subjectRevision(topic: string): number {
    return this.#subjectRevisions.get(subjectOf(topic)) ?? 0
  }
}

const subjectOf = (topic: string) => topic.split('/')[0] ?? topic
