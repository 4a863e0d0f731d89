import { expect, test } from 'vitest'
import { MergedMetrics } from './merged-metrics.ts'
import { Metrics } from './metrics.ts'

const figure = (text: string, name: string) => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1])

const processOf = (votes: number, lag: number) => {
  const metrics = new Metrics({ streams: () => 5, lag: () => lag, database: { isOut: votes > 1, outages: votes } })
  for (let n = 0; n < votes; n += 1) metrics.voteCounted()
  metrics.votesWritten(votes)
  metrics.votesWritten(0)
  metrics.frameWritten(1000, 1002, 1050)
  return metrics
}

test('counts and streams are added up, lag is the worst', async () => {
  const processes = await Promise.all([processOf(1, 20), processOf(3, 500)].map((one) => one.values()))
  const text = await new MergedMetrics().text(processes)
  expect(figure(text, 'pollcast_votes_total')).toBe(4)
  expect(figure(text, 'pollcast_streams')).toBe(10)
  expect(figure(text, 'pollcast_event_loop_lag_seconds')).toBe(0.5)
  expect(figure(text, 'pollcast_database_out')).toBe(1)
  expect(figure(text, 'pollcast_database_outages_total')).toBe(4)
  expect(figure(text, 'pollcast_processes')).toBe(2)
  expect(figure(text, 'pollcast_votes_per_transaction_count')).toBe(2)
  expect(figure(text, 'pollcast_commit_to_first_write_seconds_sum')).toBeCloseTo(0.004)
  expect(figure(text, 'pollcast_commit_to_last_write_seconds_bucket\\{le="0.05"\\}')).toBe(2)
})

test('what processes that ended at once had counted stays, what they had open does not', async () => {
  const merged = new MergedMetrics()
  const ended = await Promise.all([processOf(1, 0), processOf(3, 0)].map((one) => one.values()))
  for (const one of ended) merged.retire(one)
  const text = await merged.text([await processOf(2, 0).values()])
  expect(figure(text, 'pollcast_votes_total')).toBe(6)
  expect(figure(text, 'pollcast_votes_per_transaction_sum')).toBe(6)
  expect(figure(text, 'pollcast_streams')).toBe(5)
  expect(figure(text, 'pollcast_processes')).toBe(1)
})
