import { expect, test } from 'vitest'
import { pollAt } from '../../testing/poll-states.ts'
import { ballotTableOf, exportBallots } from './exports.ts'
import type { PollReader } from './ports.ts'

const asHost = () => 'host' as const
const page = [{ ballotId: 'me', answer: '[1]' }]

test('the rest of the ballots is not read for somebody who has left', async () => {
  const left = new AbortController()
  let pages = 0
  const reader: Pick<PollReader, 'ballots'> = {
    ballots: async (_, begin) => {
      const { take } = begin(pollAt(1), [])
      for (; pages < 10; pages += 1) {
        if (pages === 2) left.abort(new Error('left'))
        take(page, 1)
      }
    },
  }
  await expect(exportBallots('abcdefgh', 'key', reader, asHost, left.signal)).rejects.toThrow('left')
  expect(pages).toBe(2)
})

test('what was read before the store had to begin again is not counted twice', async () => {
  const reader: Pick<PollReader, 'ballots'> = {
    ballots: async (_, begin) => {
      begin(pollAt(1), []).take(page, 1)
      begin(pollAt(2), []).take(page, 1)
    },
  }
  const read = await exportBallots('abcdefgh', 'key', reader, asHost, new AbortController().signal)
  expect(read.poll.revision).toBe(2)
  const { columns, rows } = ballotTableOf(read)
  expect(columns).toEqual(['round', 'receipt', 'Tabs'])
  expect([...rows].map((cells) => cells[2])).toEqual([1])
})

test('receipts are made with the key, the poll and its round', async () => {
  const receiptWith = async (key: string, poll = pollAt(1)) => {
    const ballots: PollReader['ballots'] = async (_, begin) => begin(poll, []).take(page, poll.round)
    const read = await exportBallots(poll.id, key, { ballots }, asHost, new AbortController().signal)
    return [...ballotTableOf(read).rows][0]?.[1]
  }
  const receipts = await Promise.all([
    receiptWith('key'),
    receiptWith('other'),
    receiptWith('key', pollAt(1, 'bcdefghj')),
    receiptWith('key', { ...pollAt(1), round: 2 }),
  ])
  expect(new Set(receipts).size).toBe(4)
  expect(await receiptWith('key', pollAt(5))).toBe(receipts[0])
})
