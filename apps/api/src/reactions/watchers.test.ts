import { expect, test } from 'vitest'
import { advanceClock } from '../../testing/engines.ts'
import type { PubSub, PubSubListener, PubSubMessage } from '../live/pubsub.ts'
import { roomSubject } from '../polls/topics.ts'
import { Watchers } from './watchers.ts'

const CODE = '472915'

/** Processes that reach each other at once. Each hears of all that it has subscribed to. */
const setUp = () => {
  const listeners: { subjects: Set<string>; listener: PubSubListener }[] = []
  const sent: PubSubMessage[] = []
  const open = () => {
    const subjects = new Set<string>()
    const pubsub: PubSub = {
      publish: (message) => {
        sent.push(message)
        for (const to of listeners) if (to.subjects.has(message.subject)) to.listener.onMessage(message)
      },
      subscribe: (subject) => void subjects.add(subject),
      unsubscribe: (subject) => void subjects.delete(subject),
      listen: (listener) => void listeners.push({ subjects, listener }),
    }
    const streams = new Map<string, number>()
    const watchers = new Watchers(
      { subjects: streams.keys(), watching: (subject) => streams.get(subject) ?? 0 },
      pubsub,
    )
    return { watchers, watch: (count: number) => void streams.set(roomSubject(CODE), count) }
  }
  return { here: open(), there: open(), sent }
}

test('who asks for a room is told how many watch it in all processes, and who does not knows nothing of it', () => {
  const { here, there } = setUp()
  here.watch(3)
  there.watch(4)
  here.watchers.ask(CODE)
  there.watchers.tell()
  expect(here.watchers.count(CODE)).toBe(7)
  there.watch(2)
  there.watchers.tell()
  expect(here.watchers.count(CODE)).toBe(5)
  expect(there.watchers.count(CODE)).toBeUndefined()
  here.watchers.askNoMore(CODE)
  expect(here.watchers.count(CODE)).toBeUndefined()
})

test('a process that tells no more is counted no more, and one that ends at once', () => {
  const { here, there } = setUp()
  here.watch(1)
  there.watch(4)
  here.watchers.ask(CODE)
  there.watchers.tell()
  advanceClock(14_000)
  expect(here.watchers.count(CODE)).toBe(5)
  advanceClock(2000)
  expect(here.watchers.count(CODE)).toBe(1)
  there.watchers.tell()
  expect(here.watchers.count(CODE)).toBe(5)
  there.watchers.stop()
  expect(here.watchers.count(CODE)).toBe(1)
})

test('a number is told when it has changed, and again after some seconds for who asks late', () => {
  const { here, there, sent } = setUp()
  there.watch(4)
  for (let look = 0; look < 3; look += 1) there.watchers.tell()
  expect(sent).toHaveLength(1)
  here.watchers.ask(CODE)
  expect(here.watchers.count(CODE)).toBe(0)
  advanceClock(5000)
  there.watchers.tell()
  expect(here.watchers.count(CODE)).toBe(4)
  there.watch(0)
  for (let look = 0; look < 3; look += 1) there.watchers.tell()
  expect(sent.map(({ counted }) => counted?.count)).toEqual([4, 4, 0])
})
