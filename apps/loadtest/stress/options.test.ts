import { expect, test } from 'vitest'
import { UsageError } from '../processes/command-line.ts'
import { HELP, readOptions, repeating } from './options.ts'

test('without arguments each run has a new random seed', () => {
  const { seed, ...options } = readOptions([])
  expect(options).toEqual({ seconds: 60, streams: 24, voters: 24, withoutRedis: false, workers: 1, help: false })
  expect(readOptions([]).seed).not.toBe(seed)
})

test('the command that repeats a run gives the same options', () => {
  for (const args of [
    ['--seed', '7', '--seconds', '5', '--streams', '3', '--voters', '4'],
    ['--seed', '0', '--without-redis'],
    ['--seed', '1', '--workers', '3'],
  ]) {
    const options = readOptions(args)
    expect(readOptions(repeating(options).split(' -- ')[1]?.split(' ') ?? [])).toEqual(options)
  }
})

test.each([
  ['an invalid seed', ['--seed', 'x'], /--seed is a whole number from 0 to 4294967295/],
  ['no time at all', ['--seconds', '0'], /--seconds/],
  ['more streams than one process should hold', ['--streams', '1001'], /--streams/],
  ['a pool of one', ['--workers', '1'], /--workers is a whole number from 2 to 16/],
  ['a pool without the Redis that it does not have', ['--workers', '2', '--without-redis'], /--without-redis/],
  ['an option that is not there', ['--nodes', '4'], /--nodes/],
  ['an address', ['http://localhost:3000'], /http:\/\/localhost:3000/],
])('%s is refused with a message', (_, args, message) => {
  expect(() => readOptions(args)).toThrow(UsageError)
  expect(() => readOptions(args)).toThrow(message)
})

test('the help names every option', () => {
  for (const name of ['seed', 'seconds', 'streams', 'voters', 'without-redis', 'workers', 'help']) {
    expect(HELP).toContain(`--${name}`)
  }
})
