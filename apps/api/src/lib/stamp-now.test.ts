import fc from 'fast-check'
import { expect, test } from 'vitest'
import { stampNow } from './stamp-now.ts'

const at = new Date('2026-11-26T12:00:00.007Z')

test('the field `now` gets the time, wherever it is', () => {
  expect(stampNow('{"now":null}', at)).toBe('{"now":"2026-11-26T12:00:00.007Z"}')
  expect(stampNow('{"poll":{"id":"a","now":null}}', at)).toBe('{"poll":{"id":"a","now":"2026-11-26T12:00:00.007Z"}}')
})

test('an age is a field of its own beside it, in whole milliseconds, and never negative', () => {
  expect(stampNow('{"now":null,"a":1}', at, 12.6)).toBe('{"now":"2026-11-26T12:00:00.007Z","age":13,"a":1}')
  expect(stampNow('{"now":null}', at, -1)).toBe('{"now":"2026-11-26T12:00:00.007Z","age":0}')
  expect(stampNow('{}', at, 12)).toBe('{}')
})

test('JSON without the field stays as it is, whatever its texts and names are', () => {
  const text = fc.string({ unit: fc.constantFrom('"', '\\', 'now', ':', 'null', ',', '{', '$&') })
  fc.assert(
    fc.property(fc.dictionary(text, text), (value) => {
      const json = JSON.stringify({ ...value, other: ['"now":null', 'now', null] })
      expect(stampNow(json, at)).toBe(json)
      const stamped = JSON.parse(stampNow(JSON.stringify({ ...value, now: null, after: '"now":null' }), at))
      expect(stamped).toEqual({ ...value, now: at.toISOString(), after: '"now":null' })
    }),
  )
})
