import { until } from '@pollcast/api/testing/until'
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { type EffectScope, effectScope } from 'vue'
import { json, runEventLoop, startServer, type TestServer } from '../../test/server.ts'
import { pollOf, snapshot } from '../../test/snapshot.ts'
import { stubStorage } from '../../test/stub-storage.ts'
import { createApiClient } from '../api/api-client.ts'
import { forgetRefusal, refusedVotes } from './refused-vote.ts'
import { createVoteSender } from './vote-sender.ts'

let server: TestServer
let scope: EffectScope
let stored: Map<string, string>
/** The votes that came, as `POLL CHOICE KEY`. */
let votes: string[]
let page: EventTarget & { visibilityState: string }

const vote = (choiceId: number, more: object = {}) =>
  JSON.stringify({ answer: [choiceId], key: `k${choiceId}`, round: 1, at: choiceId, isReached: true, ...more })

const problem = (status: number, code: string) => ({ title: '', status, code, detail: '' })

beforeEach(async () => {
  votes = []
  stored = stubStorage()
  page = Object.assign(new EventTarget(), { visibilityState: 'visible' })
  vi.stubGlobal('document', page)
  scope = effectScope()
  server = await startServer(async (res, req) => {
    const [, , , pollId = ''] = req.url?.split('/') ?? []
    if (pollId === 'broken') return json(res, 500, problem(500, 'internal-error'))
    const shown = { ...snapshot(1, 0, 0), pollId }
    if (req.method === 'GET') return json(res, 200, pollOf(shown, { question: `${pollId}?` }))
    let body = ''
    for await (const chunk of req) body += chunk
    const { choiceIds } = JSON.parse(body)
    votes.push(`${pollId} ${choiceIds} ${req.headers['idempotency-key']}`)
    if (pollId === 'closed') return json(res, 409, problem(409, 'poll-closed'))
    json(res, 201, { ...shown, ownChoiceIds: choiceIds, ownReceipt: null })
  })
})
afterEach(async () => {
  scope.stop()
  for (const { pollId } of refusedVotes.value) forgetRefusal(pollId)
  vi.unstubAllGlobals()
  await server.close()
})

const open = () => scope.run(() => createVoteSender(createApiClient(server.url)))

const waiting = () => [...stored.keys()].filter((key) => key.startsWith('pollcast.waiting'))

test('what is no vote is removed, and keeps none of the others from being sent', async () => {
  const kept = ['5', 'null', '{', '{}', vote(1, { before: 5 }), vote(1, { at: 'now' }), vote(1, { answer: 7 })]
  for (const [index, text] of kept.entries()) stored.set(`pollcast.waiting p${index} `, text)
  stored.set('pollcast.waiting whole ', vote(2))
  open()
  await until(() => waiting().length === 0)
  expect(votes).toEqual(['whole 2 "k2"'])
})

test('a vote that the server can’t take keeps none of the others from being sent', async () => {
  for (const pollId of ['broken', 'whole']) stored.set(`pollcast.waiting ${pollId} `, vote(1))
  open()
  await until(() => waiting().length === 1)
  expect([votes, waiting()]).toEqual([['whole 1 "k1"'], ['pollcast.waiting broken ']])
})

test('what was chosen after a vote that may have been counted is sent after it by a key of its own, the same in each tab', async () => {
  const kept = vote(2, { before: { answer: [1], key: 'k1' } })
  for (let tab = 1; tab <= 2; tab++) {
    stored.set('pollcast.waiting poll ', kept)
    open()
    await until(() => waiting().length === 0)
  }
  expect(votes).toEqual(['poll 1 "k1"', 'poll 2 "k2"', 'poll 1 "k1"', 'poll 2 "k2"'])
})

test('of each poll whose vote is not counted the voter is told, and why, until that one is dismissed', async () => {
  stored.set('pollcast.waiting closed ', vote(1))
  stored.set('pollcast.waiting late ', vote(1, { round: 7 }))
  open()
  await until(() => refusedVotes.value.length === 2)
  expect(refusedVotes.value.map(({ question, reason }) => [question, reason])).toEqual([
    ['closed?', 'This poll is closed.'],
    ['late?', 'Another round has begun since.'],
  ])
  forgetRefusal('closed')
  expect(refusedVotes.value.map(({ pollId }) => pollId)).toEqual(['late'])
})

test('a hidden page sends nothing from time to time, and at once when it is seen', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  stored.set('pollcast.waiting broken ', vote(1))
  open()
  await until(() => server.requests === 1)
  for (const [visibility, requests] of [
    ['hidden', 1],
    ['visible', 2],
  ] as const) {
    page.visibilityState = visibility
    page.dispatchEvent(new Event('visibilitychange'))
    await runEventLoop(50)
    expect(server.requests).toBe(requests)
    if (visibility === 'hidden') vi.advanceTimersByTime(60_000)
    await runEventLoop(50)
    expect(server.requests).toBe(requests)
  }
})

test('the longer the server can’t take a vote, the later it is asked again, ten seconds at most', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] })
  onTestFinished(() => void vi.useRealTimers())
  stored.set('pollcast.waiting broken ', vote(1))
  open()
  const delays: number[] = []
  for (let requests = 1; requests <= 7; requests++) {
    const before = Date.now()
    await until(() => {
      if (server.requests >= requests) return true
      vi.advanceTimersByTime(50)
      return false
    })
    delays.push(Date.now() - before)
  }
  // And what passes while an answer is on its way.
  expect(Math.max(...delays)).toBeLessThan(10_000 + 1_500)
  expect(delays[6]).toBeGreaterThanOrEqual(6_500)
  expect(delays[2]).toBeGreaterThanOrEqual(400)
})
