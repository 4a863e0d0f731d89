import { renameSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { routes } from '@pollcast/shared/routes'
import Koa from 'koa'
import { expect, onTestFinished, test } from 'vitest'
import { openApp, sharedApp } from '../../../testing/app.ts'
import { type Health, healthRoute, readyRoute } from './health.ts'

const app = sharedApp()

test.each([
  [routes.health, { ok: true, eventLoopLagMs: expect.any(Number) }],
  [routes.ready, { ok: true }],
])('%s answers 200 to anyone, with nothing that is kept', async (path, body) => {
  const answer = await fetch(app().url + path)
  expect(answer.status).toBe(200)
  expect(await answer.json()).toEqual(body)
  expect(answer.headers.get('Cache-Control')).toBe('no-store')
  expect(answer.headers.get('Set-Cookie')).toBeNull()
  expect((await fetch(app().url + path, { method: 'HEAD' })).status).toBe(200)
  expect((await fetch(app().url + path, { method: 'POST' })).status).toBe(405)
})

/** Asks the two routes of a process in this state. */
const ask = async (health: Health) => {
  const koa = new Koa()
  koa.use((ctx, next) => (ctx.path === routes.health ? healthRoute(health)(ctx, next) : readyRoute(health)(ctx, next)))
  const server = createServer(koa.callback())
  onTestFinished(() => void server.close())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const answers = await Promise.all(
    [routes.health, routes.ready].map((path) => fetch(`http://127.0.0.1:${port}${path}`)),
  )
  return Promise.all(answers.map(async (answer) => [answer.status, await answer.json()]))
}

test('a process whose event loop lags by a second is not healthy', async () => {
  const notReady = () => undefined
  const ready = [200, { ok: true }]
  expect(await ask({ lag: () => 999.4, notReady })).toEqual([[200, { ok: true, eventLoopLagMs: 999 }], ready])
  expect(await ask({ lag: () => 1000, notReady })).toEqual([[503, { ok: false, eventLoopLagMs: 1000 }], ready])
})

test('a process that is not ready is healthy all the same, and says why', async () => {
  expect(await ask({ lag: () => 0, notReady: () => 'draining' })).toEqual([
    [200, { ok: true, eventLoopLagMs: 0 }],
    [503, { ok: false, reason: 'draining' }],
  ])
})

test('a server whose SQLite file is not at its path is not ready, until the same file is there again', async () => {
  const { url, databasePath } = await openApp()
  const ready = async () => (await fetch(url + routes.ready)).json()
  renameSync(databasePath, `${databasePath}.moved`)
  expect(await ready()).toEqual({ ok: false, reason: 'database-moved' })
  renameSync(`${databasePath}.moved`, databasePath)
  expect(await ready()).toEqual({ ok: true })
})
