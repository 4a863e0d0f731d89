import { routes } from '@pollcast/shared/routes'
import { expect, onTestFinished, test } from 'vitest'
import { readProblem } from '../../../testing/answer.ts'
import { openApp } from '../../../testing/app.ts'
import { stopClock } from '../../../testing/clock.ts'
import { createPoll, json, Voter } from '../../../testing/voter.ts'
import { webBuild } from '../../../testing/web-build.ts'

const PHONES = 1000

/** Does the work with so many at a time. */
async function inTurns<T>(items: readonly T[], atOnce: number, work: (item: T) => Promise<void>): Promise<void> {
  const waiting = items.values()
  const worker = async () => {
    for (const item of waiting) await work(item)
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
}

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
  await inTurns(phones, 50, async (phone) => {
    const page = await phone.ask(routes.roomPage(room.code), { headers: behind })
    count(page)
    await page.text()
    count(await phone.ask(routes.roomStream(room.code), { headers: behind, signal: streams.signal }))
    const vote = json({ choiceIds: [poll.choices[0]?.id] })
    const voted = await phone.ask(routes.votes(poll.id), { ...vote, headers: { ...vote.headers, ...behind } })
    count(voted)
    await voted.text()
  })
  expect(Object.fromEntries(statuses)).toEqual({ 200: 2 * PHONES, 201: PHONES })
  expect((await new Voter(url).read(poll.id)).voters).toBe(PHONES)
  expect(errors).toEqual([])
})

test('beyond a burst, votes of new voters of an address are refused, known ones and other addresses go on', async () => {
  stopClock()
  const { url } = await openApp({ rateLimit: true, trustProxy: 1 })
  const { poll } = await createPoll(url)
  const ballot = json({ choiceIds: [poll.choices[0]?.id] })
  const from = (address: string) => ({ ...ballot, headers: { ...ballot.headers, 'X-Forwarded-For': address } })
  const known = new Voter(url)
  expect((await known.ask(routes.votes(poll.id), from('192.0.2.1'))).status).toBe(201)

  // Whoever collects cookies to vote with pays for each as for a vote.
  const collected: Voter[] = []
  let stuffed = 0
  await inTurns(Array.from({ length: 3200 }), 20, async () => {
    const voter = new Voter(url)
    if ((stuffed + collected.length) % 2) {
      const page = await voter.ask(routes.poll(poll.id), { headers: { 'X-Forwarded-For': '192.0.2.1' } })
      await page.text()
      expect(page.status).toBe(200)
      if (voter.id !== undefined) collected.push(voter)
      return
    }
    const answer = await voter.ask(routes.votes(poll.id), from('192.0.2.1'))
    await answer.text()
    if (answer.status === 201) stuffed += 1
  })
  expect(1 + stuffed + collected.length).toBeLessThanOrEqual(3000)
  const last = await new Voter(url).ask(routes.votes(poll.id), from('192.0.2.1'))
  expect((await readProblem('too-many-requests', last)).detail).toMatch(/new voters .*was not counted.* Try again in/)
  expect(Number(last.headers.get('Retry-After'))).toBeGreaterThan(0)

  expect((await known.ask(routes.votes(poll.id), from('192.0.2.1'))).status).toBe(201)
  expect((await new Voter(url).ask(routes.votes(poll.id), from('192.0.2.2'))).status).toBe(201)
})
