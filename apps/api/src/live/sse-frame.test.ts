import { createParser, type EventSourceMessage } from 'eventsource-parser'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { snapshotAt } from '../../testing/snapshots.ts'
import { encodeEvent, Frame, KEEPALIVE } from './sse-frame.ts'

const parse = (text: string) => {
  const events: EventSourceMessage[] = []
  const comments: string[] = []
  const parser = createParser({ onEvent: (event) => events.push(event), onComment: (text) => comments.push(text) })
  parser.feed(text)
  return { events, comments }
}

test('a snapshot is one event, its revision the id, its JSON the data', () => {
  const frame = new Frame(snapshotAt(7))
  const { events } = parse(frame.update.toString())
  expect(events).toEqual([{ event: 'update', id: '7', data: JSON.stringify(snapshotAt(7)) }])
  expect(frame.update.toString().split('\n').slice(0, 2)).toEqual(['event: update', 'id: 7'])
})

test('the first frame of a stream is the same snapshot by another name, and says how soon to come back', () => {
  const text = new Frame(snapshotAt(7)).first.toString()
  expect(parse(text).events).toEqual([{ event: 'snapshot', id: '7', data: JSON.stringify(snapshotAt(7)) }])
  expect(text).toContain('\nretry: 1000\n')
})

test('a frame is encoded once', () => {
  const frame = new Frame(snapshotAt(1))
  expect(frame.update).toBe(frame.update)
  expect(frame.first).toBe(frame.first)
})

test('the keepalive is a comment and a blank line, to the byte', () => {
  expect(KEEPALIVE.toString()).toBe(': keepalive\n\n')
  expect(parse(KEEPALIVE.toString())).toEqual({ events: [], comments: ['keepalive'] })
})

test('any text comes out of a parser as it went in, its line ends as one kind', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.oneof(fc.constantFrom('\n', '\r', ':', ' ', '\0'), fc.string()) }), (data) => {
      const { events } = parse(`\ufeff${encodeEvent({ event: 'update', id: '1', data })}`)
      expect(events.map((event) => event.data)).toEqual([data.replace(/\r\n|\r/g, '\n')])
    }),
  )
})

test('a name or an id that a parser would cut is refused', () => {
  expect(() => encodeEvent({ event: 'a\nb', data: '' })).toThrow(RangeError)
  expect(() => encodeEvent({ id: '1\r2', data: '' })).toThrow(RangeError)
  expect(() => encodeEvent({ id: '1\0', data: '' })).toThrow(RangeError)
})
