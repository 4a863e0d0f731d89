import { type FreshnessReport, freshnessSchema } from '@pollcast/shared/freshness'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { reportFreshness } from './freshness-reports.ts'

const sent: { url: string; init: RequestInit; report: FreshnessReport }[] = []
const listeners = new Map<string, () => void>()
const page = { hidden: false, addEventListener: (name: string, act: () => void) => void listeners.set(name, act) }

beforeEach(() => {
  vi.useFakeTimers()
  sent.length = 0
  page.hidden = false
  vi.stubGlobal('document', page)
  vi.stubGlobal('addEventListener', page.addEventListener)
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
    sent.push({ url, init, report: JSON.parse(String(init.body)) })
    throw new TypeError('offline')
  })
})
afterEach(() => {
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

test('what was measured is sent once a minute, without the voter’s cookie, and nothing if there was nothing', async () => {
  const measured = reportFreshness('/polls')
  await vi.advanceTimersByTimeAsync(300_000)
  expect(sent).toEqual([])
  for (const milliseconds of [30, 40]) measured(milliseconds)
  await vi.advanceTimersByTimeAsync(60_000)
  expect(sent).toMatchObject([
    { url: '/polls/api/freshness', init: { credentials: 'omit', keepalive: true }, report: { milliseconds: [30, 40] } },
  ])
  await vi.advanceTimersByTimeAsync(300_000)
  expect(sent).toHaveLength(1)
})

test('a storm of votes is the last sixty, and a page that is left or hidden sends at once', async () => {
  const measured = reportFreshness('')
  for (let n = 1; n <= 100; n++) measured(n)
  page.hidden = true
  listeners.get('visibilitychange')?.()
  expect(sent[0]?.report.milliseconds).toEqual(Array.from({ length: 60 }, (_, index) => 41 + index))
  measured(7)
  listeners.get('pagehide')?.()
  expect(sent[1]?.report.milliseconds).toEqual([7])
  await vi.advanceTimersByTimeAsync(300_000)
  expect(sent).toHaveLength(2)
})

test('an update that took longer than a report may hold is left out of it, so that the others are taken', async () => {
  const measured = reportFreshness('')
  for (const milliseconds of [30, 60_000, 60_001, 3_600_000, 40]) measured(milliseconds)
  await vi.advanceTimersByTimeAsync(60_000)
  expect(sent[0]?.report.milliseconds).toEqual([30, 60_000, 40])
  expect(freshnessSchema.safeParse(sent[0]?.report).success).toBe(true)
})
