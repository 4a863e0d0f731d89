import { describe, expect, test } from 'vitest'
import { newSubject, openNode, SharedSource } from '../../../testing/broker-node.ts'
import { pubsubs } from '../../../testing/pubsubs.ts'
import { Subscriber } from '../../../testing/subscriber.ts'
import { until } from '../../../testing/until.ts'

// The contract of live/pubsub.ts, for every variant.
describe.each(Object.entries(pubsubs))('%s', (_, open) => {
  const setUp = async () => {
    const [here, there] = await open(2)
    if (!here || !there) throw new Error('no pubsubs')
    const subscriber = new Subscriber(there)
    const subscribe = async (subject: string) => {
      there.subscribe(subject)
      await subscriber.gap(subject)
    }
    return { here, there, subscriber, subscribe }
  }

  test('a message soon arrives at the subscribers of its subject, with subject and revision and nothing else', async () => {
    const { here, subscriber, subscribe } = await setUp()
    const message = { subject: newSubject(), revision: 7 }
    await subscribe(message.subject)
    here.publish(message)
    await subscriber.received(message.subject, 7)
    expect(subscriber.messages).toEqual([message])
  })

  test('what several processes have counted on a subject arrives, the newest of each', async () => {
    const [first, second, there] = await open(3)
    if (!first || !second || !there) throw new Error('no pubsubs')
    const subject = newSubject()
    const subscriber = new Subscriber(there)
    there.subscribe(subject)
    await subscriber.gap(subject)
    for (let revision = 1; revision <= 100; revision += 1) {
      first.publish({ subject, revision, counted: { process: 'a', count: 100 - revision } })
      second.publish({ subject, revision, counted: { process: 'b', count: revision } })
    }
    const newest = (process: string) => subscriber.messages.findLast(({ counted }) => counted?.process === process)
    await until(() => newest('a')?.revision === 100 && newest('b')?.revision === 100)
    expect([newest('a')?.counted?.count, newest('b')?.counted?.count]).toEqual([0, 100])
  })

  test('messages on subjects that were never subscribed to, or no longer are, do not arrive', async () => {
    const { here, there, subscriber, subscribe } = await setUp()
    const [never, before, always] = [newSubject(), newSubject(), newSubject()]
    await subscribe(before)
    await subscribe(always)
    here.publish({ subject: before, revision: 1 })
    await subscriber.received(before, 1)
    there.unsubscribe(before)
    here.publish({ subject: before, revision: 2 })
    here.publish({ subject: never, revision: 1 })
    here.publish({ subject: always, revision: 1 })
    await subscriber.received(always, 1)
    expect(subscriber.messages.map(({ subject }) => subject)).toEqual([before, always])
  })

  test('messages on a subject arrive again after it is subscribed to again', async () => {
    const { here, there, subscriber, subscribe } = await setUp()
    const subject = newSubject()
    await subscribe(subject)
    there.unsubscribe(subject)
    there.subscribe(subject)
    here.publish({ subject, revision: 1 })
    await subscriber.received(subject, 1)
  })

  test('of many messages at once the newest arrives, and none after it', async () => {
    const { here, subscriber, subscribe } = await setUp()
    const [subject, last] = [newSubject(), newSubject()]
    await subscribe(subject)
    await subscribe(last)
    for (let revision = 1; revision <= 500; revision += 1) here.publish({ subject, revision })
    await subscriber.received(subject, 500)
    here.publish({ subject: last, revision: 1 })
    await subscriber.received(last, 1)
    const revisions = subscriber.messages
      .filter((message) => message.subject === subject)
      .map(({ revision }) => revision)
    expect(revisions).toEqual([...revisions].sort((a, b) => a - b))
    expect(revisions.length).toBeLessThan(100)
  })

  test('a change of a subject is one message, which has every view of it elsewhere read once', async () => {
    const { here, there, subscriber } = await setUp()
    const [subject, source] = [newSubject(), new SharedSource()]
    const [sender, node] = [openNode(here, source, subject), openNode(there, source, subject)]
    const views = [sender, sender.follow('host'), node, node.follow('host'), node.follow('voted')]
    await Promise.all([subscriber.gap(subject), new Subscriber(here).gap(subject)])
    // Each has been read because of the gap too once it shows this.
    node.publish()
    await Promise.all(views.map(({ shows }) => shows(1)))
    const reads = source.reads
    sender.publish()
    await Promise.all(views.map(({ shows }) => shows(2)))
    expect(subscriber.messages.filter(({ revision }) => revision === 2)).toEqual([{ subject, revision: 2 }])
    expect(source.reads).toBe(reads + 3)
  })

  test('three nodes that publish in turn all end on the newest revision, and none goes back', async () => {
    const [subject, source] = [newSubject(), new SharedSource()]
    const nodes = (await open(3)).map((pubsub) => openNode(pubsub, source, subject))
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
