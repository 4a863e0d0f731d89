import { routes } from '@pollcast/shared/routes'
import { expect, test } from 'vitest'
import { readProblem } from '../../../testing/answer.ts'
import { openApp } from '../../../testing/app.ts'
import { createPoll, json } from '../../../testing/voter.ts'
import { webBuild } from '../../../testing/web-build.ts'

const paints = async (port: number | undefined) => {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
  const read = (name: string) =>
    Number(new RegExp(`^pollcast_commit_to_paint_seconds_${name} (.*)$`, 'm').exec(text)?.[1])
  return { count: read('count'), sum: read('sum') }
}

test('what pages report is in the metrics, and no cookie is set or needed', async () => {
  const { url, metricsPort } = await openApp({ metricsPort: 0 })
  const answer = await fetch(url + routes.freshness, json({ milliseconds: [30, 45, 925] }))
  expect([answer.status, await answer.text()]).toEqual([204, ''])
  expect(answer.headers.get('set-cookie')).toBeNull()
  expect(await paints(metricsPort)).toEqual({ count: 3, sum: 1 })
})

test.each([
  {},
  { milliseconds: [] },
  { milliseconds: [-1] },
  { milliseconds: [1.5] },
  { milliseconds: ['30'] },
  { milliseconds: [60_001] },
  { milliseconds: Array(61).fill(1) },
  { milliseconds: [1], voter: 'me' },
])('%j is refused, and not counted', async (report) => {
  const { url, metricsPort } = await openApp({ metricsPort: 0 })
  await readProblem('invalid-body', await fetch(url + routes.freshness, json(report)))
  expect(await paints(metricsPort)).toEqual({ count: 0, sum: 0 })
})

test('other sites’ pages can’t report, and an address not without end', async () => {
  const { url, metricsPort } = await openApp({ metricsPort: 0, rateLimit: true })
  const report = json({ milliseconds: [1] })
  const elsewhere = { ...report, headers: { ...report.headers, 'Sec-Fetch-Site': 'cross-site' } }
  await readProblem('cross-site-form', await fetch(url + routes.freshness, elsewhere))
  const statuses = await Promise.all(
    Array.from({ length: 400 }, async () => (await fetch(url + routes.freshness, report)).status),
  )
  const taken = statuses.filter((status) => status === 204).length
  expect(taken).toBeGreaterThanOrEqual(300)
  expect(statuses).toContain(429)
  expect((await paints(metricsPort)).count).toBe(taken)
})

test('one page in ten is asked to report, and none where nobody measures', async () => {
  const webRoot = webBuild()
  const [measured, other] = [await openApp({ webRoot, metricsPort: 0 }), await openApp({ webRoot })]
  const askedOf = async ({ url }: { url: string }, pages: number) => {
    const { poll } = await createPoll(url)
    const open = async () => (await fetch(url + routes.pollPage(poll.id), { headers: { Accept: 'text/html' } })).text()
    const all = await Promise.all(Array.from({ length: pages }, open))
    return all.filter((html) => html.includes('"reportsFreshness":true')).length
  }
  const asked = await askedOf(measured, 300)
  // Beyond five standard deviations of the mean, 30.
  expect(asked).toBeGreaterThan(4)
  expect(asked).toBeLessThan(56)
  expect(await askedOf(other, 50)).toBe(0)
  expect((await fetch(other.url + routes.freshness, json({ milliseconds: [1] }))).status).toBe(204)
})
