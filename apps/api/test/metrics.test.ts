import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { routes } from '@pollcast/shared/routes'
import { expect, test } from 'vitest'
import { openApp } from '../testing/app.ts'
import { ROOT } from '../testing/built-server.ts'
import { ServerProcess } from '../testing/server-process.ts'
import { tempFolder } from '../testing/temp-folder.ts'
import { until } from '../testing/until.ts'
import { createPoll, json, Voter } from '../testing/voter.ts'
import { Watcher } from '../testing/watcher.ts'

const openServer = async (WORKERS: string) => {
  const DATABASE_URL = `sqlite:${tempFolder()}/polls.sqlite`
  const server = new ServerProcess({ DATABASE_URL, WORKERS, METRICS_PORT: '0' })
  const { url } = await server.address()
  const [metrics = ''] = await server.until(/http:\/\/127\.0\.0\.1:\d+\/metrics/)
  return { server, url, metrics }
}

/** The figures of a text of Prometheus', by name and labels. */
const read = async (address: string): Promise<Record<string, number>> => {
  const text = await (await fetch(address)).text()
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]))
}

const workersOf = (server: ServerProcess): number[] =>
  execFileSync('ps', ['-o', 'pid=', '--ppid', String(server.pid)], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.trim())
    .map(Number)

const voteOn = async (url: string, votes: number) => {
  const { poll } = await createPoll(url)
  const watchers = Array.from({ length: 4 }, () => new Watcher(url + poll.streamUrl))
  for (const watcher of watchers) await watcher.next()
  for (let n = 0; n < votes; n += 1) {
    await new Voter(url).vote(poll.id, poll.choices[0]?.id ?? 0)
    for (const watcher of watchers) await watcher.next()
  }
  await new Voter(url).ask(routes.votes(poll.id), json({ choiceIds: [999] }))
  return watchers
}

test.each([
  ['1', 1],
  ['2', 3],
])('what all processes did is counted on METRICS_PORT (WORKERS=%s)', async (WORKERS, processes) => {
  const { url, metrics } = await openServer(WORKERS)
  const watchers = await voteOn(url, 5)
  const figures = await read(metrics)
  expect(figures).toMatchObject({
    pollcast_votes_total: 5,
    'pollcast_refusals_total{code="choice-not-found"}': 1,
    pollcast_streams: watchers.length,
    pollcast_votes_per_transaction_sum: 5,
    pollcast_database_out: 0,
    pollcast_database_outages_total: 0,
    pollcast_processes: processes,
  })
  // In each process that has streams of the poll, one frame a vote.
  const written = figures.pollcast_commit_to_last_write_seconds_count ?? 0
  expect([5, 10]).toContain(written)
  expect(figures.pollcast_commit_to_first_write_seconds_count).toBe(written)
  expect(figures.pollcast_commit_to_last_write_seconds_sum).toBeGreaterThan(0)
  expect(figures.process_resident_memory_bytes).toBeGreaterThan(0)
  for (const watcher of watchers) watcher.leave()
  await until(async () => (await read(metrics)).pollcast_streams === 0)
  expect((await fetch(new URL('/', metrics))).status).toBe(404)
  // Nothing of it is on the public port.
  expect((await fetch(`${url}/metrics`)).status).toBe(404)
})

test('a worker that dies takes nothing from what was counted', async () => {
  const { server, url, metrics } = await openServer('2')
  await voteOn(url, 5)
  expect((await read(metrics)).pollcast_votes_total).toBe(5)
  // One after the other: without any, the pool would not listen.
  for (const pid of workersOf(server)) {
    process.kill(pid, 'SIGKILL')
    await until(async () => !workersOf(server).includes(pid) && (await read(metrics)).pollcast_processes === 3)
  }
  // A request that a killed worker had is not waited for.
  const vote = () =>
    fetch(url + routes.votes('tabspace'), { ...json({ choiceIds: [1] }), signal: AbortSignal.timeout(20_000) })
  await until(async () => (await vote().catch(() => undefined))?.status === 201)
  const figures = await read(metrics)
  expect(figures.pollcast_votes_total).toBe(6)
  expect(figures.pollcast_votes_per_transaction_sum).toBeGreaterThanOrEqual(6)
})

test('without METRICS_PORT nothing is counted, and there is no port', async () => {
  expect((await openApp()).metricsPort).toBeUndefined()
})

test('a METRICS_PORT that is in use is reported plainly', async () => {
  const { metrics } = await openServer('1')
  const METRICS_PORT = new URL(metrics).port
  const second = new ServerProcess({ DATABASE_URL: `sqlite:${tempFolder()}/polls.sqlite`, METRICS_PORT })
  expect(await second.exited).toBe(1)
  expect(second.output).toMatch(`Port ${METRICS_PORT} is in use. `)
  expect(second.output).toContain('set METRICS_PORT to another port.')
})

test('the dashboard asks only for metrics that there are', async () => {
  const { url, metrics } = await openServer('1')
  await voteOn(url, 1)
  const names = Object.keys(await read(metrics)).map((name) => name.replace(/\{.*/, ''))
  const types = (await (await fetch(metrics)).text()).matchAll(/^# TYPE (\S+)/gm)
  const known = new Set([...names, ...[...types].map(([, name]) => name)])
  const dashboard = readFileSync(join(ROOT, 'docs/grafana.json'), 'utf8')
  const asked = [...dashboard.matchAll(/\b(?:pollcast|process|nodejs)_\w+/g)].map(([name]) => name)
  expect(asked.length).toBeGreaterThan(10)
  expect(asked.filter((name) => !known.has(name))).toEqual([])
  // And what is Pollcast's own is on it.
  const own = [...known].filter((name) => name?.startsWith('pollcast_') && !/_(bucket|sum|count)$/.test(name))
  expect(own.filter((name) => !dashboard.includes(name ?? ''))).toEqual([])
})
