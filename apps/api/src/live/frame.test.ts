import { createParser, type EventSourceMessage } from 'eventsource-parser'
import fc from 'fast-check'
import { expect, onTestFinished, test, vi } from 'vitest'
import { messageAt } from '../../testing/topics.ts'
import { encodeEvent, Frame, KEEPALIVE } from './frame.ts'

const parse = (text: string) => {
  const events: EventSourceMessage[] = []
  const comments: string[] = []
  const parser = createParser({ onEvent: (event) => events.push(event), onComment: (text) => comments.push(text) })
  parser.feed(text)
  return { events, comments }
}

test('a message is one event, with its id, and its JSON as the data', () => {
  const text = new Frame({ ...messageAt(7), id: 'e1.poll.7' }).bytesAfter(6).toString()
  expect(parse(text).events).toEqual([{ event: 'update', id: 'e1.poll.7', data: messageAt(7).json }])
  expect(text.split('\n').slice(0, 2)).toEqual(['event: update', 'id: e1.poll.7'])
})

test('the first frame of a stream is the opening, with the same data and the reconnect delay', () => {
  const text = new Frame(messageAt(7)).bytesAfter(-1).toString()
  expect(parse(text).events).toEqual([{ event: 'snapshot', id: '7', data: messageAt(7).json }])
  expect(text).toContain('\nretry: 1000\n')
})

test('an opening with its own data is for every stream that has got nothing since its revision', () => {
  const opening = { event: 'room', since: 5, json: '{"room":1}' }
  const frame = new Frame({ ...messageAt(9), json: '{"poll":1}', opening })
  const eventAfter = (shown: number) => parse(frame.bytesAfter(shown).toString()).events[0]
  for (const shown of [-1, 0, 4]) expect(eventAfter(shown)).toEqual({ event: 'room', id: '9', data: '{"room":1}' })
  for (const shown of [5, 8]) expect(eventAfter(shown)).toEqual({ event: 'update', id: '9', data: '{"poll":1}' })
})

test('without an opening the first frame is the event', () => {
  const { opening: _, ...message } = messageAt(9)
  const frame = new Frame(message)
  expect(frame.bytesAfter(-1)).toBe(frame.bytesAfter(8))
})

test('a client that has seen the very message gets a word of that instead of the opening, and any other the opening', () => {
  const frame = new Frame({ ...messageAt(7), id: 'e1.poll.7' })
  expect(frame.firstBytes(7).toString()).toBe('event: current\nid: e1.poll.7\nretry: 1000\ndata: {}\n\n')
  for (const shown of [-1, 0, 6, 8]) expect(frame.firstBytes(shown)).toBe(frame.bytesAfter(-1))
})

test('a last message is told again to a client that has seen it', () => {
  const frame = new Frame({ ...messageAt(7), event: 'end', last: true })
  expect(frame.firstBytes(7)).toBe(frame.bytesAfter(-1))
})

test('a frame is encoded once, and what tells the time when it is encoded', () => {
  vi.useFakeTimers({ now: Date.UTC(2026, 10, 26, 12) })
  onTestFinished(() => void vi.useRealTimers())
  const frame = new Frame({ ...messageAt(1), json: '{"question":"\\"now\\":null","now":null}' })
  const dataOf = (bytes: Buffer) => JSON.parse(parse(bytes.toString()).events[0]?.data ?? '')
  const [opening, update, current] = [frame.bytesAfter(-1), frame.bytesAfter(0), frame.firstBytes(1)]
  for (const bytes of [opening, update]) {
    expect(dataOf(bytes)).toEqual({ question: '"now":null', now: '2026-11-26T12:00:00.000Z' })
  }

  vi.advanceTimersByTime(1000)
  expect([frame.bytesAfter(-1), frame.bytesAfter(0), frame.firstBytes(1)]).toEqual([opening, update, current])
  expect(frame.bytesAfter(-1)).toBe(opening)

  // A newcomer sets its clock by its first frame.
  vi.advanceTimersByTime(1)
  const later = frame.bytesAfter(-1)
  expect(dataOf(later).now).toBe('2026-11-26T12:00:01.001Z')
  expect(frame.bytesAfter(-1)).toBe(later)
  expect(frame.bytesAfter(0)).toBe(update)
  expect(frame.firstBytes(1)).toBe(current)
})

test('an update tells how long ago what is new in it came, when it is encoded, and an opening does not', () => {
  vi.useFakeTimers({ now: Date.UTC(2026, 10, 26, 12) })
  onTestFinished(() => void vi.useRealTimers())
  const frame = new Frame({ ...messageAt(1), json: '{"now":null}' }, performance.now())
  vi.advanceTimersByTime(7)
  expect(frame.bytesAfter(0).toString()).toContain('data: {"now":"2026-11-26T12:00:00.007Z","age":7}')
  vi.advanceTimersByTime(7)
  expect(frame.bytesAfter(0).toString()).toContain('"age":7}')
  expect(frame.bytesAfter(-1).toString()).toContain('data: {"now":"2026-11-26T12:00:00.014Z"}')
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
