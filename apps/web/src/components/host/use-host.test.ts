import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createSSRApp } from 'vue'
import { renderToString } from 'vue/server-renderer'
import { createMemoryHistory, createRouter } from 'vue-router'
import { json, startServer, type TestServer } from '../../../test/server.ts'
import { stubStorage } from '../../../test/stub-storage.ts'
import { createApiClient } from '../../api/api-client.ts'
import { hostRooms } from '../../composables/host-rooms.ts'
import { apiKey, createServedPage, servedPageKey } from '../../context.ts'
import { type Host, provideHost } from './use-host.ts'

const CODE = '472915'
let server: TestServer
/** The requests for a new key: the host's key, and the one that makes it the same request. */
let asked: [hostKey: string, key: string][]

beforeEach(async () => {
  stubStorage()
  vi.stubGlobal('window', new EventTarget())
  vi.stubGlobal('document', Object.assign(new EventTarget(), { hidden: false, visibilityState: 'visible' }))
  asked = []
  server = await startServer((res) => res.destroy())
  hostRooms.keep({ code: CODE, hostKey: 'old', title: '' })
})
afterEach(async () => {
  hostRooms.forget(CODE)
  vi.unstubAllGlobals()
  await server.close()
})

async function openHost(): Promise<Host> {
  let host: Host | undefined
  const app = createSSRApp({
    setup() {
      host = provideHost(CODE)
      return () => ''
    },
  })
  app.provide(apiKey, createApiClient(server.url))
  app.provide(servedPageKey, createServedPage({ apiUrl: server.url }))
  const page = { template: '' }
  app.use(createRouter({ history: createMemoryHistory(), routes: [{ path: '/:all(.*)*', component: page }] }))
  await renderToString(app)
  return host as Host
}

/** The answers to requests for a new key, in their order: a status and a body, or none. */
function answerWith(...answers: ([number, object] | undefined)[]): void {
  server.answer = (res, { headers }) => {
    asked.push([String(headers.authorization), String(headers['idempotency-key'])])
    const answer = answers[asked.length - 1]
    if (answer) json(res, ...answer)
    else res.destroy()
  }
}

test('a host whose new key did not arrive is not locked out: the same request, with the old key, tells it again', async () => {
  const host = await openHost()
  answerWith(undefined, [503, { title: '', status: 503, code: 'server-busy', detail: '' }], [201, { hostKey: 'new' }])
  expect(await host.makeNewKey()).toBe(false)
  expect(await host.makeNewKey()).toBe(false)
  expect([host.refusal.value?.code, host.hostKey.value]).toEqual(['server-busy', 'old'])
  expect(await host.makeNewKey()).toBe(true)
  expect(host.hostKey.value).toBe('new')
  expect(asked[0]).toEqual(['Bearer old', expect.stringMatching(/^"[0-9a-f]{32}"$/)])
  expect(asked.slice(1)).toEqual([asked[0], asked[0]])
})

test('nor is a host who left the page before the new key came: the next page waits for it, by the same request', async () => {
  answerWith(undefined, [201, { hostKey: 'new' }])
  await (await openHost()).makeNewKey()
  const host = await openHost()
  expect(host.isLockedOut.value).toBe(false)
  await host.retry()
  expect(host.hostKey.value).toBe('new')
  expect(asked[1]).toEqual(asked[0])
})
