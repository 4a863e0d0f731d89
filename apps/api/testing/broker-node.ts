import { randomUUID } from 'node:crypto'
import { onTestFinished } from 'vitest'
import { Broker } from '../src/live/broker.ts'
import type { CurrentMessage, MessageCache, MessageSource } from '../src/live/message.ts'
import type { PubSub } from '../src/live/pubsub.ts'
import { changeTo, currentAt } from './topics.ts'
import { until } from './until.ts'

/** A subject that no other test knows. */
export const newSubject = (): string => `poll:${randomUUID()}`

/** The database that nodes share: one subject. */
export class SharedSource implements MessageSource {
  revision = 0
  reads = 0

  async read(topic: string): Promise<CurrentMessage> {
    this.reads += 1
    return currentAt(this.revision, topic)
  }
}

/**
 * A node that follows the subject's topic `public` until the test has ended, and never reads it again without a reason.
 * `follow` does the same for another view.
 */
export function openNode(pubsub: PubSub, source: SharedSource, subject: string, cache?: MessageCache) {
  const errors: unknown[] = []
  const onError = (error: unknown) => errors.push(error)
  const broker = new Broker({ pubsub, cache, source, onError, recheckMs: 3_600_000 })
  const follow = (view: string) => {
    const topic = broker.retain(`${subject}/${view}`)
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
    return { seen, shows }
  }
  const publish = () => {
    source.revision += 1
    broker.publish(changeTo(source.revision, subject))
  }
  return { ...follow('public'), follow, publish, errors }
}
