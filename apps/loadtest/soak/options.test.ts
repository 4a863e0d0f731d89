import { expect, test } from 'vitest'
import { readOptions } from './options.ts'

test('without options, it takes an hour', () => {
  expect(readOptions([])).toMatchObject({ minutes: 60, rate: 80, help: false })
})

test('part of a minute can be given, and a seed to repeat a run with', () => {
  expect(readOptions(['--minutes', '0.5', '--rate', '20', '--seed', '7'])).toMatchObject({
    minutes: 0.5,
    rate: 20,
    seed: 7,
  })
})

test.each(['0', '-1', '1e3', 'x', '10001', ''])('"%s" is no number of minutes', (minutes) => {
  expect(() => readOptions([`--minutes=${minutes}`])).toThrow('--minutes is a number up to 10000')
})
