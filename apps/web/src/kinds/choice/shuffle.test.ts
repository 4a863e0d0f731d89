import { expect, test } from 'vitest'
import { shuffle } from './shuffle.ts'

const choices = [11, 12, 13, 14].map((id) => ({ id }))
const order = (seed: string, of = choices) =>
  shuffle(of, seed)
    .map(({ id }) => id)
    .join()

test('a seed always gives the same order, however the choices come', () => {
  expect(order('one')).toBe(order('one'))
  expect(order('one', [...choices].reverse())).toBe(order('one'))
})

test('over many seeds each choice is first about as often', () => {
  const first = new Map<string, number>()
  for (let seed = 0; seed < 4000; seed++) {
    const [id = ''] = order(`voter ${seed}`).split(',')
    first.set(id, (first.get(id) ?? 0) + 1)
  }
  for (const { id } of choices) expect(first.get(String(id))).toBeGreaterThan(850)
})
