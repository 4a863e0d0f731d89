import { randomUUID } from 'node:crypto'
import { onTestFinished } from 'vitest'
import { Broker } from '../src/live/broker.ts'
import type { Message, MessageCache, MessageSource } from '../src/live/message.ts'
import type { PubSub } from '../src/live/pubsub.ts'
import { messageAt } from './topics.ts'
import { until } from './until.ts'

/** A topic that no other test knows. */
export const newTopic = (): string => `poll:${randomUUID()}`

/** The database that nodes share: one topic. */
export class SharedSource implements MessageSource {
  revision = 0
  reads = 0

  async read(topic: string): Promise<Message> {
    this.reads += 1
    return messageAt(this.revision, topic)
  }
}

/** A node that follows a topic until the test has ended, and never reads it again without a reason. */
export function openNode(pubsub: PubSub, source: SharedSource, name: string, cache?: MessageCache) {
  const errors: unknown[] = []
  const onError = (error: unknown) => errors.push(error)
  const broker = new Broker({ pubsub, cache, source, onError, recheckMs: 3_600_000 })
  const topic = broker.retain(name)
  const seen: number[] = []
  const following = (async () => {
    await topic.open()
    for (let next = await topic.next(-1); next; next = await topic.next(next.revision)) {
      seen.push(next.revision)
    }
  })()
  onTestFinished(() => {
    topic.release()
    return following
  })
  /** Resolves once it has shown this revision. */
  const shows = (revision: number) => until(() => seen.includes(revision))
  const publish = () => {
    source.revision += 1
    broker.publish(messageAt(source.revision, name))
  }
  return { seen, shows, publish, errors }
}
