import { describe, expect, test } from 'vitest'
import { newPollId, openNode, SharedSource } from '../../testing/broker-node.ts'
import { buses } from '../../testing/buses.ts'
import { Ear } from '../../testing/ear.ts'

// What live/wake-bus.ts demands of every variant. The local bus has all its brokers in one process: there nothing
// has to be told to anyone, and nothing is missed.
describe.each(Object.entries(buses))('%s', (name, open) => {
  const apart = name !== 'LocalWakeBus'

  const setUp = async () => {
    const [here, there] = await open(2)
    if (!here || !there) throw new Error('no buses')
    const [ear, farEar] = [new Ear(here), new Ear(there)]
    const watchThere = async (pollId: string) => {
      there.watch(pollId)
      if (apart) await farEar.begun(pollId)
    }
    return { here, there, ear, farEar, watchThere }
  }

  test('a wake is heard at once where it is published, though nothing be connected yet', async () => {
    const { here, ear } = await setUp()
    const wake = { pollId: newPollId(), revision: 3 }
    here.watch(wake.pollId)
    here.publish(wake)
    expect(ear.wakes).toEqual([wake])
  })

  test('a wake is heard soon where its poll is watched: poll and revision, and nothing else', async () => {
    const { here, farEar, watchThere } = await setUp()
    const wake = { pollId: newPollId(), revision: 7 }
    await watchThere(wake.pollId)
    here.publish(wake)
    await farEar.heard(wake.pollId, 7)
    expect(farEar.wakes).toEqual([wake])
  })

  // The local bus has no others to keep them from.
  if (apart) {
    test('wakes for polls that are not watched, or no longer, do not come', async () => {
      const { here, there, farEar, watchThere } = await setUp()
      const [never, before, always] = [newPollId(), newPollId(), newPollId()]
      await watchThere(before)
      await watchThere(always)
      here.publish({ pollId: before, revision: 1 })
      await farEar.heard(before, 1)
      there.unwatch(before)
      here.publish({ pollId: before, revision: 2 })
      here.publish({ pollId: never, revision: 1 })
      here.publish({ pollId: always, revision: 1 })
      await farEar.heard(always, 1)
      expect(farEar.wakes.map(({ pollId }) => pollId)).toEqual([before, always])
    })
  }

  test('a poll that is watched again is heard again', async () => {
    const { here, there, farEar, watchThere } = await setUp()
    const pollId = newPollId()
    await watchThere(pollId)
    there.unwatch(pollId)
    there.watch(pollId)
    here.publish({ pollId, revision: 1 })
    await farEar.heard(pollId, 1)
  })

  test('of many wakes at once the newest comes, and none comes after it', async () => {
    const { here, farEar, watchThere } = await setUp()
    const [pollId, last] = [newPollId(), newPollId()]
    await watchThere(pollId)
    await watchThere(last)
    for (let revision = 1; revision <= 500; revision += 1) here.publish({ pollId, revision })
    await farEar.heard(pollId, 500)
    here.publish({ pollId: last, revision: 1 })
    await farEar.heard(last, 1)
    const revisions = farEar.wakes.filter((wake) => wake.pollId === pollId).map(({ revision }) => revision)
    expect(revisions).toEqual([...revisions].sort((a, b) => a - b))
    if (apart) expect(revisions.length).toBeLessThan(100)
  })

  test('three nodes that vote by turns all end on the newest, and none goes back', async () => {
    const pollId = newPollId()
    const source = new SharedSource()
    const nodes = (await open(3)).map((bus) => openNode(bus, source, pollId))
    for (let vote = 0; vote < 300; vote += 1) {
      nodes[vote % 3]?.vote()
      if (vote % 10 === 0) await new Promise(setImmediate)
    }
    for (const { shows, seen } of nodes) {
      await shows(300)
      expect(seen).toEqual([...new Set(seen)].sort((a, b) => a - b))
    }
  })
})
