import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import type { Change } from '../live/message.ts'
import { roomSubject, topicOf, watchingSubject } from '../polls/topics.ts'
import { Watching } from './watching.ts'

const CODE = '472915'
const TOPIC = topicOf(watchingSubject(CODE), 'public')

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const setUp = () => {
  const open = new Map<string, number>()
  const published: { revision: number; watching: number }[] = []
  const publish = ({ revision, messageOf }: Change) => {
    published.push({ revision, watching: JSON.parse(messageOf(TOPIC)?.json ?? '').watching })
  }
  const streams = { subjects: open.keys(), watching: (subject: string) => open.get(subject) ?? 0 }
  const watching = new Watching(streams, { publish }, undefined)
  onTestFinished(() => watching.stop())
  const see = (streamsOfRoom: number) => void open.set(roomSubject(CODE), streamsOfRoom)
  const askFor = (streamsOfTopic: number) => void open.set(watchingSubject(CODE), streamsOfTopic)
  return { watching, published, see, askFor }
}

test('a change is told within a second, also where the topic was read again since', () => {
  const { watching, published, see, askFor } = setUp()
  see(1)
  watching.read(TOPIC, CODE)
  askFor(1)
  vi.advanceTimersByTime(1000)
  expect(published).toEqual([])
  see(2)
  watching.read(TOPIC, CODE)
  vi.advanceTimersByTime(1000)
  expect(published).toEqual([{ revision: 1, watching: 2 }])
})

test('a look between the read of the topic and its first stream does not end the telling', () => {
  const { watching, published, see, askFor } = setUp()
  watching.read(TOPIC, CODE)
  vi.advanceTimersByTime(1000)
  see(1)
  askFor(1)
  vi.advanceTimersByTime(1000)
  expect(published.at(-1)?.watching).toBe(1)
})

test('of a room that nobody shows the number of any more nothing is told', () => {
  const { watching, published, see, askFor } = setUp()
  watching.read(TOPIC, CODE)
  askFor(1)
  see(1)
  vi.advanceTimersByTime(1000)
  askFor(0)
  vi.advanceTimersByTime(2000)
  see(5)
  vi.advanceTimersByTime(5000)
  expect(published).toEqual([{ revision: 1, watching: 1 }])
})
