import { createHash } from 'node:crypto'
import { type Challenge, proofSchema } from '@pollcast/shared/proof-of-work'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { json, startServer, type TestServer } from '../../test/server.ts'
import { createApiClient } from './api-client.ts'

let server: TestServer

beforeEach(async () => {
  server = await startServer((res) => json(res, 200, { polls: [], nextCursor: null }))
})
afterEach(() => server.close())

test('sends requests to the API’s origin', async () => {
  const urls: (string | undefined)[] = []
  server.answer = (res, req) => {
    urls.push(req.url)
    json(res, 200, {})
  }
  const api = createApiClient(server.url)
  await api.listPolls()
  await api.listPolls('a&b')
  await api.getPoll('abcdefgh')
  expect(urls).toEqual(['/api/polls', '/api/polls?cursor=a%26b', '/api/polls/abcdefgh'])
})

test('sends a vote as JSON', async () => {
  let sent = ''
  server.answer = async (res, req) => {
    for await (const chunk of req) sent += chunk
    json(res, 201, { type: req.headers['content-type'] })
  }
  expect(await createApiClient(server.url).castVote('abcdefgh', { choiceIds: [3, 5] })).toEqual({
    type: 'application/json',
  })
  expect(JSON.parse(sent)).toEqual({ choiceIds: [3, 5] })
})

const invalidVoter = { title: 'Unauthorized', status: 401, code: 'invalid-voter', detail: 'Send it again.' }

test('each vote has its own key, and keeps it when it is sent again with the new cookie', async () => {
  const keys: unknown[] = []
  server.answer = (res, req) => {
    keys.push(req.headers['idempotency-key'])
    if (keys.length === 1) json(res, 401, invalidVoter)
    else json(res, 201, {})
  }
  const api = createApiClient(server.url)
  await api.castVote('abcdefgh', { choiceIds: [3] })
  await api.castVote('abcdefgh', { choiceIds: [3] })
  expect(keys).toEqual([expect.stringMatching(/^"[0-9a-f]{32}"$/), keys[0], expect.any(String)])
  expect(keys[2]).not.toBe(keys[0])
})

test('a vote whose new cookie is refused too is not sent a third time', async () => {
  server.answer = (res) => json(res, 401, invalidVoter)
  await expect(createApiClient(server.url).castVote('abcdefgh', { choiceIds: [3] })).rejects.toMatchObject({
    code: 'invalid-voter',
  })
  expect(server.requests).toBe(2)
})

test('throws the API’s problem, with the fields that were wrong', async () => {
  const errors = [{ path: 'choices.1', message: "Can't be empty." }]
  server.answer = (res) =>
    json(res, 422, { title: '', status: 422, code: 'invalid-body', detail: 'The request is not valid.', errors })
  const poll = { question: 'Q', choices: ['A', ''], maxChoices: 1 }
  await expect(createApiClient(server.url).createPoll(poll, 'a key')).rejects.toMatchObject({
    code: 'invalid-body',
    status: 422,
    detail: 'The request is not valid.',
    errors,
  })
})

test('an answer that is not the API’s is an unexpected one', async () => {
  const api = createApiClient(server.url)
  server.answer = (res) => res.writeHead(502, { 'Content-Type': 'text/html' }).end('<h1>Bad gateway</h1>')
  await expect(api.listPolls()).rejects.toMatchObject({ code: 'unexpected', status: 502 })
  server.answer = (res) => res.writeHead(200, { 'Content-Type': 'text/html' }).end('<h1>Log in</h1>')
  await expect(api.listPolls()).rejects.toMatchObject({ code: 'unexpected', status: 200 })
})

test('a server that can’t be reached is unreachable', async () => {
  const api = createApiClient(server.url)
  await server.close()
  await expect(api.listPolls()).rejects.toMatchObject({ code: 'unreachable', status: 0 })
})

test('a server that does not answer in time is unreachable', async () => {
  server.answer = () => {}
  const vote = createApiClient(server.url, 50).castVote('abcdefgh', { choiceIds: [1] })
  await expect(vote).rejects.toMatchObject({ code: 'unreachable', status: 0 })
})

/** Is found at once: there are few counters to try. */
const challenge: Challenge = {
  parameters: {
    algorithm: 'SHA-256',
    nonce: '00112233445566778899aabbccddeeff',
    salt: 'ffeeddccbbaa99887766554433221100',
    cost: 1,
    keyLength: 32,
    keyPrefix: createHash('sha256')
      .update(Buffer.from('ffeeddccbbaa9988776655443322110000112233445566778899aabbccddeeff000003e8', 'hex'))
      .digest('hex')
      .slice(0, 32),
    expiresAt: 4_000_000_000,
  },
  signature: 'a'.repeat(64),
}
const proofRequired = { title: '', status: 429, code: 'proof-of-work-required', detail: 'Solve it.', challenge }
const counterOf = (header: unknown) =>
  header === undefined ? undefined : proofSchema.parse(JSON.parse(atob(String(header)))).solution.counter

test('a vote that is refused with a challenge is sent again with the solution and the same key', async () => {
  const sent: unknown[][] = []
  server.answer = (res, req) => {
    const counter = counterOf(req.headers['pollcast-proof'])
    sent.push([req.method, req.headers['idempotency-key'], counter])
    if (counter === undefined) json(res, 429, proofRequired)
    else json(res, 201, {})
  }
  const api = createApiClient(server.url)
  await api.castVote('abcdefgh', { choiceIds: [3] }, 'one')
  await api.takeVoteBack('abcdefgh')
  expect(sent).toEqual([
    ['POST', '"one"', undefined],
    ['POST', '"one"', 1000],
    ['DELETE', undefined, undefined],
    ['DELETE', undefined, 1000],
  ])
})

test('a challenge that came with the page is solved before the vote, which then is not refused', async () => {
  const counters: unknown[] = []
  server.answer = (res, req) => {
    counters.push(counterOf(req.headers['pollcast-proof']))
    json(res, 201, {})
  }
  const api = createApiClient(server.url)
  api.prepareProof(challenge)
  await api.castVote('abcdefgh', { choiceIds: [3] })
  await api.castVote('abcdefgh', { choiceIds: [5] })
  expect(counters).toEqual([1000, undefined])
})

test('a vote whose solution is refused too is refused', async () => {
  server.answer = (res) => json(res, 429, proofRequired)
  const refused = createApiClient(server.url).castVote('abcdefgh', { choiceIds: [3] })
  await expect(refused).rejects.toMatchObject({ code: 'proof-of-work-required' })
})
