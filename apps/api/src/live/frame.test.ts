import { createParser, type EventSourceMessage } from 'eventsource-parser'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { messageAt } from '../../testing/topics.ts'
import { encodeEvent, Frame, KEEPALIVE } from './frame.ts'

const parse = (text: string) => {
  const events: EventSourceMessage[] = []
  const comments: string[] = []
  const parser = createParser({ onEvent: (event) => events.push(event), onComment: (text) => comments.push(text) })
  parser.feed(text)
  return { events, comments }
}

test('a message is one event, its revision the id, its JSON the data', () => {
  const text = new Frame(messageAt(7)).bytesAfter(6).toString()
  expect(parse(text).events).toEqual([{ event: 'update', id: '7', data: messageAt(7).json }])
  expect(text.split('\n').slice(0, 2)).toEqual(['event: update', 'id: 7'])
})

test('the first frame of a stream is the opening, with the same data and the reconnect delay', () => {
  const text = new Frame(messageAt(7)).bytesAfter(-1).toString()
  expect(parse(text).events).toEqual([{ event: 'snapshot', id: '7', data: messageAt(7).json }])
  expect(text).toContain('\nretry: 1000\n')
})

test('an opening with its own data is for every stream that has got nothing since its revision', () => {
  const opening = { event: 'room', since: 5, json: '{"room":1}' }
  const frame = new Frame({ topic: 'room:1', revision: 9, event: 'update', json: '{"poll":1}', opening })
  const eventAfter = (shown: number) => parse(frame.bytesAfter(shown).toString()).events[0]
  for (const shown of [-1, 0, 4]) expect(eventAfter(shown)).toEqual({ event: 'room', id: '9', data: '{"room":1}' })
  for (const shown of [5, 8]) expect(eventAfter(shown)).toEqual({ event: 'update', id: '9', data: '{"poll":1}' })
})

test('without an opening the first frame is the event', () => {
  const frame = new Frame({ topic: 'room:1', revision: 9, event: 'end', json: '{}' })
  expect(frame.bytesAfter(-1)).toBe(frame.bytesAfter(8))
})

test('a frame is encoded once', () => {
  const frame = new Frame(messageAt(1))
  expect(frame.bytesAfter(0)).toBe(frame.bytesAfter(0))
  expect(frame.bytesAfter(-1)).toBe(frame.bytesAfter(-1))
})

test('the keepalive is a comment and a blank line, to the byte', () => {
  expect(KEEPALIVE.toString()).toBe(': keepalive\n\n')
  expect(parse(KEEPALIVE.toString())).toEqual({ events: [], comments: ['keepalive'] })
})

test('a parser reads any text back as it was, with line ends of one kind', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.oneof(fc.constantFrom('\n', '\r', ':', ' ', '\0'), fc.string()) }), (data) => {
      const { events } = parse(`\ufeff${encodeEvent({ event: 'update', id: '1', data })}`)
      expect(events.map((event) => event.data)).toEqual([data.replace(/\r\n|\r/g, '\n')])
    }),
  )
})

test('a name or an id that a parser would cut off is refused', () => {
  expect(() => encodeEvent({ event: 'a\nb', data: '' })).toThrow(RangeError)
  expect(() => encodeEvent({ id: '1\r2', data: '' })).toThrow(RangeError)
  expect(() => encodeEvent({ id: '1\0', data: '' })).toThrow(RangeError)
})
