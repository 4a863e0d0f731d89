import { expect, test } from 'vitest'
import { ShuffledBallots } from './shuffled-ballots.ts'

const receiptOf = (n: number) => String(n).padStart(12, '-')

test('every ballot is drawn once, with its answer', () => {
  const ballots = new ShuffledBallots()
  for (let n = 0; n < 5000; n += 1) ballots.add(receiptOf(n), `[${n % 7}]`)
  const drawn = [...ballots.draw()]
  expect(drawn.toSorted((a, b) => (a.receipt < b.receipt ? -1 : 1))).toEqual(
    Array.from({ length: 5000 }, (_, n) => ({ receipt: receiptOf(n), answer: `[${n % 7}]` })),
  )
  expect([...ballots.draw()]).toEqual([])
})

test('each ballot is as likely in each place, wherever it came', () => {
  const places = Array.from({ length: 5 }, () => [0, 0, 0, 0, 0])
  for (let time = 0; time < 5000; time += 1) {
    const ballots = new ShuffledBallots()
    for (let n = 0; n < 5; n += 1) ballots.add(receiptOf(n), '[]')
    ;[...ballots.draw()].forEach(({ receipt }, place) => {
      const counts = places[Number(receipt.replaceAll('-', ''))]
      if (counts) counts[place] = (counts[place] ?? 0) + 1
    })
  }
  // 1000 on average, with a standard deviation of 28.
  for (const count of places.flat()) {
    expect(count).toBeGreaterThan(800)
    expect(count).toBeLessThan(1200)
  }
})
