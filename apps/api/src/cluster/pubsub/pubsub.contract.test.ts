import { describe, expect, test } from 'vitest'
import { newTopic, openNode, SharedSource } from '../../../testing/broker-node.ts'
import { pubsubs } from '../../../testing/pubsubs.ts'
import { Subscriber } from '../../../testing/subscriber.ts'

// The contract of live/pubsub.ts, for every variant.
describe.each(Object.entries(pubsubs))('%s', (_, open) => {
  const setUp = async () => {
    const [here, there] = await open(2)
    if (!here || !there) throw new Error('no pubsubs')
    const subscriber = new Subscriber(there)
    const subscribe = async (topic: string) => {
      there.subscribe(topic)
      await subscriber.gap(topic)
    }
    return { here, there, subscriber, subscribe }
  }

  test('a message soon arrives at the subscribers of its topic, with topic and revision and nothing else', async () => {
    const { here, subscriber, subscribe } = await setUp()
    const message = { topic: newTopic(), revision: 7 }
    await subscribe(message.topic)
    here.publish(message)
    await subscriber.received(message.topic, 7)
    expect(subscriber.messages).toEqual([message])
  })

  test('messages on topics that were never subscribed to, or no longer are, do not arrive', async () => {
    const { here, there, subscriber, subscribe } = await setUp()
    const [never, before, always] = [newTopic(), newTopic(), newTopic()]
    await subscribe(before)
    await subscribe(always)
    here.publish({ topic: before, revision: 1 })
    await subscriber.received(before, 1)
    there.unsubscribe(before)
    here.publish({ topic: before, revision: 2 })
    here.publish({ topic: never, revision: 1 })
    here.publish({ topic: always, revision: 1 })
    await subscriber.received(always, 1)
    expect(subscriber.messages.map(({ topic }) => topic)).toEqual([before, always])
  })

  test('messages on a topic arrive again after it is subscribed to again', async () => {
    const { here, there, subscriber, subscribe } = await setUp()
    const topic = newTopic()
    await subscribe(topic)
    there.unsubscribe(topic)
    there.subscribe(topic)
    here.publish({ topic, revision: 1 })
    await subscriber.received(topic, 1)
  })

  test('of many messages at once the newest arrives, and none after it', async () => {
    const { here, subscriber, subscribe } = await setUp()
    const [topic, last] = [newTopic(), newTopic()]
    await subscribe(topic)
    await subscribe(last)
    for (let revision = 1; revision <= 500; revision += 1) here.publish({ topic, revision })
    await subscriber.received(topic, 500)
    here.publish({ topic: last, revision: 1 })
    await subscriber.received(last, 1)
    const revisions = subscriber.messages.filter((message) => message.topic === topic).map(({ revision }) => revision)
    expect(revisions).toEqual([...revisions].sort((a, b) => a - b))
    expect(revisions.length).toBeLessThan(100)
  })

  test('three nodes that publish in turn all end on the newest revision, and none goes back', async () => {
    const [topic, source] = [newTopic(), new SharedSource()]
    const nodes = (await open(3)).map((pubsub) => openNode(pubsub, source, topic))
    for (let index = 0; index < 300; index += 1) {
      nodes[index % 3]?.publish()
      if (index % 10 === 0) await new Promise(setImmediate)
    }
    for (const { shows, seen } of nodes) {
      await shows(300)
      expect(seen).toEqual([...new Set(seen)].sort((a, b) => a - b))
    }
  })
})
