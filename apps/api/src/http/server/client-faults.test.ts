import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { silent } from '../../lib/log.ts'
import { ClientFaults } from './client-faults.ts'
import { ConnectionLimitLog } from './connection-limit-log.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('faults are logged in one line a minute, however many there are, and the rest in one line at the end', () => {
  const lines: string[] = []
  const faults = new ClientFaults((line) => lines.push(line))
  for (let second = 0; second < 150; second += 1) {
    faults.count('malformed request')
    if (second % 2) faults.count('body too slow')
    vi.advanceTimersByTime(1000)
  }
  faults.flush()
  expect(lines.map((line) => line.match(/[a-z ]+: \d+/g))).toEqual([
    [' malformed request: 60', ' body too slow: 30'],
    [' malformed request: 60', ' body too slow: 30'],
    [' malformed request: 30', ' body too slow: 15'],
  ])
})

test('without faults nothing is logged', () => {
  const lines: string[] = []
  const faults = new ClientFaults((line) => lines.push(line))
  vi.advanceTimersByTime(600_000)
  faults.flush()
  expect(lines).toEqual([])
})

test('refused connections are logged when they begin, a minute after they end, and when they begin again', () => {
  const lines: string[] = []
  const add = (line: unknown) => void lines.push(String(line))
  const log = { ...silent, error: add, info: add }
  const limitLog = new ConnectionLimitLog(log, 236)
  for (let index = 0; index < 100; index += 1) {
    limitLog.refused()
    vi.advanceTimersByTime(5000)
  }
  expect(lines).toEqual([expect.stringMatching(/^236 connections are open.*ulimit -n/)])
  vi.advanceTimersByTime(60_000)
  expect(lines.slice(1)).toEqual([expect.stringMatching(/room .* again\. 100 were closed/)])
  limitLog.refused()
  expect(lines).toHaveLength(3)
})
