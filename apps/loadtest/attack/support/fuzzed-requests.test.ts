import { expect, test } from 'vitest'
import { Random } from '../../processes/random.ts'
import { FuzzedRequests } from './fuzzed-requests.ts'

const first = (seed: number, count: number) => {
  const poll = { id: '22222222', choiceIds: [1, 2] }
  const requests = new FuzzedRequests({ port: 80, authority: 'localhost' }, poll, new Random(seed))
  return Array.from({ length: count }, () => requests.next())
}

test('the same seed gives the same requests, and another seed others', () => {
  expect(first(7, 200)).toEqual(first(7, 200))
  expect(first(7, 200)).not.toEqual(first(8, 200))
})

test('every request can be sent as one byte for each character, and no request uses a key twice', () => {
  const requests = first(1, 3000)
  const keys = requests.flatMap(({ bytes }) => /Idempotency-Key: (fuzz\S+)/.exec(bytes)?.[1] ?? [])
  expect(new Set(keys).size).toBe(keys.length)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a byte is what is asked for
  expect(requests.filter(({ bytes }) => !/^[\x00-\xff]*$/.test(bytes))).toEqual([])
})
