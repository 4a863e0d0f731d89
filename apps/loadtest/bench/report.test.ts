import { expect, test } from 'vitest'
import { isRight, table } from './report.ts'
import type { Result } from './result.ts'

const times = { p50: 10, p95: 20, p99: 1234.56 }

const result = (name: string, changes: Partial<Result> = {}): Result => ({
  name,
  streams: 1000,
  openedMs: 200,
  fanOut: { ...times, rounds: 60, cpuPerDeliveryUs: 6 },
  storm: {
    offeredPerSecond: 500,
    acknowledgedPerSecond: 500,
    acknowledged: times,
    age: times,
    convergedMs: 12,
    framesPerStream: 300,
    cpuPercent: 80,
    loadCpuPercent: 40,
  },
  memory: { beforeMb: 80, perIdleStreamKb: 8, peakMb: 120, grownInStormMb: 3 },
  stalled: undefined,
  failures: {},
  ...changes,
})

const line = (text: string, label: string) => text.split('\n').find((line) => line.startsWith(label))

test('the table has a column for each server, and how the first compares with the others', () => {
  const other = result('other', {
    openedMs: 400,
    fanOut: { p50: 20, p95: 80, p99: 1234.56, rounds: 60, cpuPerDeliveryUs: 12 },
  })
  const text = table([result('pollcast'), other])
  expect(line(text, 'all streams opened')?.split(/ {3,}/).slice(1)).toEqual(['200', '400', '0.50'])
  expect(line(text, 'fan-out')?.split(/ {3,}/).slice(1)).toEqual([
    '10.0 / 20.0 / 1,234.6',
    '20.0 / 80.0 / 1,234.6',
    '0.50 / 0.25 / 1.00',
  ])
  expect(line(text, '  ')).toMatch(/pollcast {3,}other {3,}pollcast \/ other$/)
})

test('its columns are aligned, and no line ends with spaces', () => {
  const lines = table([result('pollcast')])
    .split('\n')
    .slice(0, -1)
  expect(new Set(lines.map((line) => line.length)).size).toBe(1)
  for (const line of lines) expect(line).toBe(line.trimEnd())
})

test('what could not be measured is a dash, not a zero', () => {
  const text = table([result('pollcast', { memory: undefined, fanOut: undefined })])
  expect(line(text, 'memory before')).toMatch(/ – \/ –$/)
  expect(line(text, 'fan-out')).toMatch(/ – \/ – \/ –$/)
})

test('failures are listed below it, each with its count', () => {
  const wrong = result('pollcast', { failures: { 'a stream: a count that went back': 3 } })
  expect(isRight(wrong)).toBe(false)
  expect(table([wrong])).toMatch(/right count +NO\n/)
  expect(table([wrong])).toContain('pollcast: 3 × a stream: a count that went back\n')
  expect(isRight(result('pollcast'))).toBe(true)
  expect(table([result('pollcast')])).toMatch(/right count +yes\n$/)
})

test('there are lines for stalled streams if there were any', () => {
  expect(table([result('pollcast')])).not.toContain('stopped reading')
  const stalled = { streams: 500, framesPerStream: 42, caughtUp: true }
  expect(line(table([result('pollcast', { stalled })]), 'streams that stopped reading')).toMatch(/ 500$/)
})
