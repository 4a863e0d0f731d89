import { expect, test } from 'vitest'
import { joinTargetOf } from './join-target.ts'

test.each([
  '472915',
  '472 915',
  ' 472-915. ',
  '472–915',
  '4 7 2 9 1 5',
  '472\u00a0915',
  '472.915…',
  '#472 915',
  '٤٧٢٩١٥',
  '472915',
  '४७२९१५',
])('the code in %j is read', (entered) => expect(joinTargetOf(entered)).toEqual({ code: '472915' }))

test('codes of seven to nine digits are codes too', () => {
  expect(joinTargetOf('472 9156')).toEqual({ code: '4729156' })
  expect(joinTargetOf('472 915 678')).toEqual({ code: '472915678' })
})

test.each([
  ['https://polls.example.com/r/472915', '/r/472915'],
  ['polls.example.com/r/472915.', '/r/472915'],
  ['Join at http://localhost:3000/r/472915?x=1', '/r/472915'],
  ['https://example.com/polls-here/r/472915#K7QF-2MNP', '/r/472915#K7QF-2MNP'],
  ['https://polls.example.com/r/472915/host#secret_key', '/r/472915/host#secret_key'],
  ['https://polls.example.com/polls/tabspace', '/polls/tabspace'],
])('the link %j leads to %j', (entered, path) => expect(joinTargetOf(entered)).toEqual({ path }))

test.each([
  ['', 'empty'],
  [' - ', 'empty'],
  ['lunch', 'no-code'],
  ['47291a', 'no-code'],
  ['47291', 'length'],
  ['4729156789', 'length'],
] as const)('%j is refused as %s', (entered, refusal) => expect(joinTargetOf(entered)).toEqual({ refusal }))
