import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { createSSRApp, ref } from 'vue'
import { json, startServer, type TestServer } from '../../../test/server.ts'
import { createApiClient } from '../../api/api-client.ts'
import { apiKey, createServedPage, servedPageKey } from '../../context.ts'
import { draftOf, type Timer } from './drafts.ts'
import { useNewPoll } from './use-new-poll.ts'

let server: TestServer
/** What the server has been asked for. */
let asked: { key: string; closesAt: string }[]

beforeEach(async () => {
  asked = []
  server = await startServer(() => {})
})
afterEach(() => server.close())

function setUp(timer: Timer = { minutes: 1 }) {
  const draft = draftOf('Lunch?', ['Pizza', 'Ramen'])
  const timed = { ...draft, settings: { ...draft.settings, timer } }
  const state = ref({ drafts: [timed], current: 0, roomCode: undefined, sent: undefined })
  const app = createSSRApp({})
  app.provide(apiKey, createApiClient(server.url))
  app.provide(servedPageKey, createServedPage({ apiUrl: server.url }))
  return app.runWithContext(() => useNewPoll({ state, forget: () => {} }))
}

/** The answers to requests, in their order: a status and a body, or none. */
function answerWith(...answers: ([number, object] | undefined)[]): void {
  server.answer = async (res, req) => {
    let body = ''
    for await (const chunk of req) body += chunk
    asked.push({ key: String(req.headers['idempotency-key']), closesAt: JSON.parse(body).closesAt })
    const answer = answers[asked.length - 1]
    if (answer) json(res, ...answer)
    else res.destroy()
  }
}

const made: [number, object] = [201, { poll: { question: 'Lunch?' }, room: { code: '472915', title: '' } }]
const errors = [{ path: 'closesAt', message: 'Choose a time to come.' }]
const late: [number, object] = [422, { title: '', status: 422, code: 'invalid-body', detail: '', errors }]

function passMinutes(minutes: number): void {
  const now = vi.spyOn(Date, 'now').mockReturnValue(Date.now() + minutes * 60_000)
  onTestFinished(() => now.mockRestore())
}

test('a poll whose answer was lost is asked for with the same key also when its timer is over', async () => {
  const { ask } = setUp()
  answerWith(undefined, made)
  expect(await ask()).toBeUndefined()
  passMinutes(2)
  expect(await ask()).toBe('472915')
  expect(asked[1]).toEqual(asked[0])
})

test('where it was not made the first time, its timer starts anew', async () => {
  const { ask, problem } = setUp()
  answerWith(undefined, late, made)
  await ask()
  passMinutes(2)
  expect([await ask(), problem.value]).toEqual(['472915', undefined])
  expect(asked[1]).toEqual(asked[0])
  expect(asked[2]?.key).not.toBe(asked[0]?.key)
})

test('a time that was past from the beginning is refused, and asked for once', async () => {
  const { ask, problem } = setUp({ at: '2020-01-01T00:00' })
  answerWith(late)
  expect(await ask()).toBeUndefined()
  expect([problem.value?.code, asked.length]).toEqual(['invalid-body', 1])
})
