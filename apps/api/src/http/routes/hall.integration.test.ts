import type { PageContext } from '@pollcast/shared/context'
import type { Challenge, Proof } from '@pollcast/shared/proof-of-work'
import { routes } from '@pollcast/shared/routes'
import type { Context } from 'koa'
import { afterAll, expect, onTestFinished, test, vi } from 'vitest'
import { readProblem } from '../../../testing/answer.ts'
import { openApp } from '../../../testing/app.ts'
import { stopClock } from '../../../testing/clock.ts'
import { ProofSolver } from '../../../testing/proof-solver.ts'
import { createPoll, form, json, Voter } from '../../../testing/voter.ts'
import { webBuild } from '../../../testing/web-build.ts'
import { BurstNumbers } from '../../lib/burst-numbers.ts'
import { MemoryTokenBuckets } from '../../lib/token-buckets.ts'
import { Proofs } from '../request/proofs.ts'
import { rateLimits } from '../request/rate-limit.ts'

const PHONES = 1000
/** New voters of one address that pay nothing. */
const BURST = 100
/** The same, of those who have got a page before. */
const BURST_OF_READERS = 160

/** Does the work with so many at a time. */
async function inTurns<T>(items: readonly T[], atOnce: number, work: (item: T) => Promise<void>): Promise<void> {
  const waiting = items.values()
  const worker = async () => {
    for (const item of waiting) await work(item)
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
}

/** What the page tells who loads it. */
const contextOf = (page: string): PageContext =>
  JSON.parse(/<script type="application\/json" id="context">(.*?)<\/script>/.exec(page)?.[1] ?? '{}')

const solver = new ProofSolver()
afterAll(() => solver.close())

test('a thousand phones behind one address load the room, open its stream and vote, and not one is refused', async () => {
  // No time passes: all of it is within a minute, however slow the machine is.
  stopClock()
  const { url, errors } = await openApp({ rateLimit: true, trustProxy: 1, webRoot: webBuild() })
  const { poll, room } = await createPoll(url)
  const phones = Array.from({ length: PHONES }, () => new Voter(url))
  const behind = { 'X-Forwarded-For': '192.0.2.1' }
  const streams = new AbortController()
  onTestFinished(() => streams.abort())
  const statuses = new Map<number, number>()
  const count = ({ status }: Response) => statuses.set(status, (statuses.get(status) ?? 0) + 1)
  let solved = 0
  await inTurns(phones, 50, async (phone) => {
    const page = await phone.ask(routes.roomPage(room.code), { headers: behind })
    count(page)
    const { challenge } = contextOf(await page.text())
    count(await phone.ask(routes.roomStream(room.code), { headers: behind, signal: streams.signal }))
    // As the page does while its voter reads the question.
    const proof = challenge && (await solver.solve(challenge))
    if (proof) solved += 1
    const vote = json({ choiceIds: [poll.choices[0]?.id] })
    const headers = { ...vote.headers, ...behind, ...(proof && { 'Pollcast-Proof': proof }) }
    const voted = await phone.ask(routes.votes(poll.id), { ...vote, headers })
    count(voted)
    await voted.text()
  })
  expect(Object.fromEntries(statuses)).toEqual({ 200: 2 * PHONES, 201: PHONES })
  expect(solved).toBe(PHONES - BURST)
  expect((await new Voter(url).read(poll.id)).voters).toBe(PHONES)
  expect(errors).toEqual([])
}, 600_000)

const setUp = async () => {
  stopClock()
  const app = await openApp({ rateLimit: true, trustProxy: 1, webRoot: webBuild() })
  const { poll, room } = await createPoll(app.url)
  const from = (address: string, headers: Record<string, string> = {}) => {
    const ballot = json({ choiceIds: [poll.choices[0]?.id] })
    return { ...ballot, headers: { ...ballot.headers, 'X-Forwarded-For': address, ...headers } }
  }
  const vote = (voter: Voter, address: string, headers?: Record<string, string>) =>
    voter.ask(routes.votes(poll.id), from(address, headers))
  /** Uses up what new voters of the address have free. */
  const exhaust = (address: string) =>
    inTurns(Array.from({ length: BURST }), 20, async () => {
      expect((await vote(new Voter(app.url), address)).status).toBe(201)
    })
  const refusal = async (answer: Response) => {
    const { challenge } = await readProblem('proof-of-work-required', answer)
    if (!challenge) throw new Error('no challenge')
    return challenge
  }
  const voters = async () => (await new Voter(app.url).read(poll.id)).voters
  return { ...app, poll, room, from, vote, exhaust, refusal, voters }
}

test('beyond a burst, a new voter is refused with a challenge, and counted with its solution; others go on', async () => {
  const { url, poll, vote, exhaust, refusal, voters } = await setUp()
  const known = new Voter(url)
  await vote(known, '192.0.2.1')
  await exhaust('192.0.2.9')
  await inTurns(Array.from({ length: BURST - 1 }), 20, async () => {
    expect((await vote(new Voter(url), '192.0.2.1')).status).toBe(201)
  })
  const late = new Voter(url)
  const refused = await vote(late, '192.0.2.1')
  expect(Number(refused.headers.get('Retry-After'))).toBe(1)
  const challenge = await refusal(refused)
  expect(late.id).toBeUndefined()
  const proof = { 'Pollcast-Proof': await solver.solve(challenge) }
  expect((await vote(late, '192.0.2.1', proof)).status).toBe(201)
  // A voter who is known never pays.
  expect((await vote(late, '192.0.2.1')).status).toBe(201)
  expect((await vote(known, '192.0.2.1')).status).toBe(201)
  expect((await vote(new Voter(url), '192.0.2.2')).status).toBe(201)
  expect(await voters()).toBe(2 * BURST + 2)
  expect((await late.read(poll.id)).ownChoiceIds).toHaveLength(1)
})

test('a solution counts once, and no other one counts: forged, changed, of another server, or too late', async () => {
  const { url, vote, exhaust, refusal, voters } = await setUp()
  await exhaust('192.0.2.1')
  const ask = async () => refusal(await vote(new Voter(url), '192.0.2.1'))
  const challenge = await ask()
  const proof = await solver.solve(challenge)
  const used = { 'Pollcast-Proof': proof }
  expect((await vote(new Voter(url), '192.0.2.1', used)).status).toBe(201)
  const [other, own] = [await setUp(), await ask()]
  await other.exhaust('192.0.2.1')
  const foreign = await other.refusal(await other.vote(new Voter(other.url), '192.0.2.1'))
  const changed = { ...own, parameters: { ...own.parameters, expiresAt: own.parameters.expiresAt + 1 } }
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64')
  const guess = { counter: 1, derivedKey: '0'.repeat(64) }
  for (const bad of [
    proof,
    await solver.solve(changed),
    await solver.solve(foreign),
    encode({ challenge: own, solution: guess }),
    encode({ challenge: own }),
    encode(null),
    'no base64 …'.replace('…', ''),
    'x'.repeat(5000),
  ]) {
    await refusal(await vote(new Voter(url), '192.0.2.1', { 'Pollcast-Proof': bad }))
  }
  const late = { 'Pollcast-Proof': await solver.solve(own) }
  vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 31 * 60_000)
  onTestFinished(() => void vi.restoreAllMocks())
  await refusal(await vote(new Voter(url), '192.0.2.1', late))
  expect(await voters()).toBe(BURST + 1)
})

test('cookies that come with pages beyond the burst are to be paid for as votes are, and are one voter in all tabs', async () => {
  const { url, poll, room, vote, exhaust, refusal, voters } = await setUp()
  await exhaust('192.0.2.1')
  const phone = new Voter(url)
  const load = (path: string) => phone.ask(path, { headers: { 'X-Forwarded-For': '192.0.2.1' } })
  const { challenge } = contextOf(await (await load(routes.roomPage(room.code))).text())
  const cookie = phone.cookieHeader
  expect(cookie).not.toBe('')
  await refusal(await vote(phone, '192.0.2.1'))
  await load(routes.poll(poll.id))
  expect(phone.cookieHeader).toBe(cookie)
  if (!challenge) throw new Error('no challenge')
  expect((await vote(phone, '192.0.2.1', { 'Pollcast-Proof': await solver.solve(challenge) })).status).toBe(201)
  expect(phone.cookieHeader).not.toBe(cookie)
  // Another tab still has the page with the first cookie: it is the same voter.
  const tab = new Voter(url)
  for (const [name, value] of [...phone.cookies]) tab.cookies.set(name, cookie.slice(name.length + 1) || value)
  const again = await refusal(await vote(tab, '192.0.2.1'))
  expect((await vote(tab, '192.0.2.1', { 'Pollcast-Proof': await solver.solve(again) })).status).toBe(201)
  expect(await voters()).toBe(BURST + 1)
})

test('cookies that were collected with pages, free of work, are first votes like all others, and then known', async () => {
  const { url, poll, vote, refusal, voters } = await setUp()
  const readers = (count: number) =>
    Promise.all(
      Array.from({ length: count }, async () => {
        const reader = new Voter(url)
        await reader.ask(routes.poll(poll.id), { headers: { 'X-Forwarded-For': '192.0.2.1' } })
        return reader
      }),
    )
  const collected = await readers(90)
  vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 10 * 60_000)
  collected.push(...(await readers(90)))
  const [last, ...others] = collected as [Voter, ...Voter[]]
  const late = others.splice(BURST_OF_READERS - 1)
  const read = last.cookieHeader
  for (const voter of [last, ...others]) expect((await vote(voter, '192.0.2.1')).status).toBe(201)
  expect(late).toHaveLength(20)
  const challenges = []
  for (const voter of late) challenges.push(await refusal(await vote(voter, '192.0.2.1')))
  // What a vote made known has a cookie that says so, of the same voter.
  expect(last.cookieHeader).not.toBe(read)
  expect((await vote(last, '192.0.2.1')).status).toBe(201)
  const [challenge, debtor] = [challenges[0] as Challenge, late[0] as Voter]
  expect((await vote(debtor, '192.0.2.1', { 'Pollcast-Proof': await solver.solve(challenge) })).status).toBe(201)
  expect((await vote(debtor, '192.0.2.1')).status).toBe(201)
  expect(await voters()).toBe(BURST_OF_READERS + 1)
})

test('who has read for up to a minute votes without a challenge if their page came without one', async () => {
  const { url, room, vote } = await setUp()
  const readers: Voter[] = []
  const read = async () => {
    const reader = new Voter(url)
    const page = await reader.ask(routes.roomPage(room.code), { headers: { 'X-Forwarded-For': '192.0.2.1' } })
    if (contextOf(await page.text()).challenge === undefined) readers.push(reader)
  }
  await inTurns(Array.from({ length: 120 }), 20, read)
  vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 59_000)
  await inTurns(Array.from({ length: 120 }), 20, read)
  expect(readers).toHaveLength(BURST + 59)
  for (const reader of readers) expect((await vote(reader, '192.0.2.1')).status).toBe(201)
})

test('a vote that is sent again with a new solution, because its answer was lost, is counted once', async () => {
  const { url, vote, exhaust, refusal, voters } = await setUp()
  await exhaust('192.0.2.1')
  const key = { 'Idempotency-Key': '"0b5c1a70-9d0e-4b6f-8a53-2f4d6f7c1e11"' }
  for (const _ of [1, 2]) {
    const challenge = await refusal(await vote(new Voter(url), '192.0.2.1', key))
    const proof = { 'Pollcast-Proof': await solver.solve(challenge) }
    expect((await vote(new Voter(url), '192.0.2.1', { ...key, ...proof })).status).toBe(201)
  }
  expect(await voters()).toBe(BURST + 1)
})

test('a form without the app gets a sentence, and when to try again', async () => {
  const { url, poll, exhaust } = await setUp()
  await exhaust('192.0.2.1')
  const ballot = form(`choice=${poll.choices[0]?.id}`)
  const headers = { ...ballot.headers, Accept: 'text/html', 'X-Forwarded-For': '192.0.2.1' }
  const answer = await new Voter(url).ask(routes.votes(poll.id), { ...ballot, headers })
  expect(answer.status).toBe(429)
  expect(await answer.text()).toMatch(/new voters came from your network\. .*not counted.* Try again in \d+ s/)
})

test('the more a network has asked for, the more work a challenge takes', async () => {
  const { url, vote, exhaust, refusal } = await setUp()
  await exhaust('192.0.2.1')
  const work = async (challenge: Challenge) => {
    const proof = Buffer.from(await solver.solve(challenge), 'base64').toString()
    return (JSON.parse(proof) as Proof).solution.counter
  }
  const most = async () => {
    const challenges: Challenge[] = []
    await inTurns(Array.from({ length: 40 }), 10, async () => {
      challenges.push(await refusal(await vote(new Voter(url), '192.0.2.1')))
    })
    return Math.max(...(await Promise.all(challenges.map(work))))
  }
  expect(await most()).toBeLessThan(60_000)
  await inTurns(Array.from({ length: 1100 }), 50, async () => {
    await refusal(await vote(new Voter(url), '192.0.2.1'))
  })
  // Twice doubled. That 40 of them are below half of that happens once in a million millions.
  expect(await most()).toBeGreaterThan(120_000)
})

test('however much a network has asked for, a challenge takes four times the work at most', async () => {
  const proofs = new Proofs('key', new MemoryTokenBuckets())
  for (let n = 0; n < 6000; n += 1) await proofs.challenge('192.0.2.1')
  for (let n = 0; n < 20; n += 1) {
    const proof = Buffer.from(await solver.solve(await proofs.challenge('192.0.2.1')), 'base64').toString()
    expect((JSON.parse(proof) as Proof).solution.counter).toBeLessThan(4 * 60_000)
  }
})

test('all together, an address can have no more voters than three halls, however much it solves', async () => {
  stopClock()
  let isProven = true
  const limits: ReturnType<typeof rateLimits> = rateLimits({
    buckets: new MemoryTokenBuckets(),
    proofs: { take: async () => isProven, challenge: async () => ({}) } as unknown as Proofs,
    bursts: new BurstNumbers(),
  })
  const ctx = { ip: '192.0.2.1' } as Context
  const vote = () => limits.newVoterFrom(ctx, { voterId: undefined, mark: '' })
  for (let n = 0; n < 3000; n += 1) await vote()
  await expect(vote()).rejects.toThrow(/Very many new voters .*was not counted.* Try again in/)
  isProven = false
  for (let n = 0; n < BURST; n += 1) await vote()
  await expect(vote()).rejects.toMatchObject({ code: 'proof-of-work-required' })
})
