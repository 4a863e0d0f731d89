import { routes } from '@pollcast/shared/routes'
import { expect, test } from 'vitest'
import { openApp } from '../../testing/app.ts'
import { setTime } from '../../testing/clock.ts'
import { query } from '../../testing/database.ts'
import { Host } from '../../testing/host.ts'
import { until } from '../../testing/until.ts'
import { Voter } from '../../testing/voter.ts'
import { WebhookReceiver } from '../../testing/webhook-receiver.ts'

const setUp = async () => {
  const receiver = await WebhookReceiver.open()
  const app = await openApp({ webhook: receiver.target })
  return { receiver, app }
}

/** Has something else told, and with it what is due: without it the server would look after some seconds. */
const sendAnother = async (url: string) => {
  const { host, poll } = await Host.ofPoll(url)
  await host.change(poll.id, { status: 'closed' })
}

const hoursAgo = (hours: number) => new Date(Date.now() - hours * 60 * 60 * 1000).toISOString()

test('a close is told, signed, with the results that everybody sees; and once', async () => {
  const { receiver, app } = await setUp()
  const { host, poll } = await Host.ofPoll(app.url, { question: 'Lunch?', choices: ['Pizza', 'Salad'] })
  await new Voter(app.url).vote(poll.id, poll.choices[0]?.id ?? 0)
  await host.change(poll.id, { status: 'closed' })
  const { id, body } = await receiver.next()
  expect(id).toMatch(/^msg_\w{32}$/)
  expect(body).toEqual({
    type: 'poll.closed',
    timestamp: expect.any(String),
    data: {
      roomCode: host.code,
      poll: {
        id: poll.id,
        question: 'Lunch?',
        round: 1,
        status: 'closed',
        voters: 1,
        totalVotes: 1,
        choices: [
          { id: poll.choices[0]?.id, text: 'Pizza', votes: 1 },
          { id: poll.choices[1]?.id, text: 'Salad', votes: 0 },
        ],
        resultsHidden: false,
      },
    },
  })
  await until(async () => (await query(app.databasePath, 'SELECT id FROM webhook_event')).length === 0)
  expect(receiver.requests).toBe(1)
})

test('results that only the host sees are not told', async () => {
  const { receiver, app } = await setUp()
  const { host, poll } = await Host.ofPoll(app.url, { resultsVisibility: 'host' })
  await new Voter(app.url).vote(poll.id, poll.choices[0]?.id ?? 0)
  await host.change(poll.id, { status: 'closed' })
  const { body } = await receiver.next()
  expect(body.data.poll).toMatchObject({ voters: 1, totalVotes: null, resultsHidden: true })
  expect(body.data.poll?.choices.map(({ votes }) => votes)).toEqual([null, null])
})

test('new rounds, moves and what a move closes are told; votes, polls that are made and words are not', async () => {
  const { receiver, app } = await setUp()
  const { host, poll } = await Host.ofPoll(app.url)
  await new Voter(app.url).vote(poll.id, poll.choices[0]?.id ?? 0)
  await host.startRound(poll.id)
  expect((await receiver.next()).body).toMatchObject({ type: 'round.started', data: { poll: { round: 2, voters: 0 } } })
  const next = await host.add()
  await host.change(next.id, { question: 'And what else?' })
  await host.move(next.id)
  const told = [(await receiver.next()).body, (await receiver.next()).body]
  expect(told.find(({ type }) => type === 'poll.closed')?.data.poll?.id).toBe(poll.id)
  expect(told.find(({ type }) => type === 'room.moved')?.data.poll?.id).toBe(next.id)
  await host.move(null)
  const last = [(await receiver.next()).body, (await receiver.next()).body]
  expect(last.find(({ type }) => type === 'room.moved')?.data.poll).toBeNull()
  expect(receiver.requests).toBe(5)
})

test('a timer that closes a poll is told', async () => {
  const { receiver, app } = await setUp()
  const { host, poll } = await Host.ofPoll(app.url)
  await host.change(poll.id, { closesAt: new Date(Date.now() + 60_000).toISOString() })
  setTime(Date.now() + 120_000)
  // The next timer that is set has those looked at that are over.
  const next = await host.add()
  await host.change(next.id, { closesAt: new Date(Date.now() + 60_000).toISOString() })
  expect((await receiver.next()).body).toMatchObject({ type: 'poll.closed', data: { poll: { id: poll.id } } })
})

test('a poll that was deleted before it could be told of is not shown any more', async () => {
  const { receiver, app } = await setUp()
  receiver.status = 500
  const { host, poll } = await Host.ofPoll(app.url)
  await host.change(poll.id, { status: 'closed' })
  await until(() => receiver.requests === 1)
  receiver.status = 204
  await host.ask(routes.poll(poll.id), { method: 'DELETE' })
  await query(app.databasePath, "UPDATE webhook_event SET due_at = ''")
  await sendAnother(app.url)
  const told = [(await receiver.next()).body, (await receiver.next()).body]
  expect(told.find(({ data }) => data.roomCode === host.code)?.data.poll).toBeNull()
})

test('what could not be told is logged once, kept, and told by the next server with the same id', async () => {
  const receiver = await WebhookReceiver.open()
  receiver.status = 503
  const first = await openApp({ webhook: receiver.target })
  const { host, poll } = await Host.ofPoll(first.url)
  await host.change(poll.id, { status: 'closed' })
  await until(() => first.entries.some(({ event }) => event === 'webhook-failed'))
  expect(String(first.errors[0])).toMatch(
    /^The webhook poll\.closed \(msg_\w+\) did not reach http:\/\/127\.0\.0\.1:\d+: an answer with 503\. It is sent again for a day\.$/,
  )
  await first.close()
  const [row] = await query<{ id: string; attempts: number }>(
    first.databasePath,
    'SELECT id, attempts FROM webhook_event',
  )
  expect(row?.attempts).toBe(1)
  await query(first.databasePath, "UPDATE webhook_event SET due_at = ''")
  receiver.status = 200
  await openApp({ databasePath: first.databasePath, webhook: receiver.target })
  expect((await receiver.next()).id).toBe(row?.id)
})

test('what nobody takes for a day is given up, and the log says so', async () => {
  const { receiver, app } = await setUp()
  receiver.status = 500
  const { host, poll } = await Host.ofPoll(app.url)
  await host.change(poll.id, { status: 'closed' })
  await until(() => receiver.requests === 1)
  await query(app.databasePath, `UPDATE webhook_event SET due_at = '', at = '${hoursAgo(23)}', attempts = 12`)
  await sendAnother(app.url)
  await until(() => app.entries.some(({ event }) => event === 'webhook-given-up'))
  expect(app.errors.map(String)).toContainEqual(
    expect.stringContaining('an answer with 500. It is given up after 13 attempts in 23 h.'),
  )
  const old = 'SELECT id FROM webhook_event WHERE attempts > 1'
  await until(async () => (await query(app.databasePath, old)).length === 0)
})

test('what is older than a day when the server is back is not sent any more, and the log says so', async () => {
  const receiver = await WebhookReceiver.open()
  receiver.status = 503
  const first = await openApp({ webhook: receiver.target })
  const { host, poll } = await Host.ofPoll(first.url)
  await host.change(poll.id, { status: 'closed' })
  await until(() => first.entries.some(({ event }) => event === 'webhook-failed'))
  await first.close()
  await query(first.databasePath, `UPDATE webhook_event SET due_at = '', at = '${hoursAgo(30)}'`)
  receiver.status = 204
  const { databasePath, entries, errors } = await openApp({
    databasePath: first.databasePath,
    webhook: receiver.target,
  })
  await until(() => entries.some(({ event }) => event === 'webhook-given-up'))
  expect(String(errors.at(-1))).toMatch(/\(msg_\w+\) is 30 h old, after 1 attempt: it is given up\.$/)
  await until(async () => (await query(databasePath, 'SELECT id FROM webhook_event')).length === 0)
  expect(receiver.requests).toBe(1)
})

test('what was queued before WEBHOOK_URL was taken away is dropped', async () => {
  const receiver = await WebhookReceiver.open()
  receiver.status = 503
  const first = await openApp({ webhook: receiver.target })
  const { host, poll } = await Host.ofPoll(first.url)
  await host.change(poll.id, { status: 'closed' })
  await until(() => receiver.requests === 1)
  await first.close()
  expect(await query(first.databasePath, 'SELECT id FROM webhook_event')).toHaveLength(1)
  await openApp({ databasePath: first.databasePath })
  await until(async () => (await query(first.databasePath, 'SELECT id FROM webhook_event')).length === 0)
  expect(receiver.requests).toBe(1)
})

test('redirects are not followed', async () => {
  const { receiver, app } = await setUp()
  const elsewhere = await WebhookReceiver.open()
  receiver.status = 307
  receiver.location = elsewhere.url
  const { host, poll } = await Host.ofPoll(app.url)
  await host.change(poll.id, { status: 'closed' })
  await until(() => app.errors.length > 0)
  expect(String(app.errors[0])).toContain('an answer with 307')
  expect(elsewhere.requests).toBe(0)
})

test.each(['127.0.0.1', 'localhost'])(
  '%s is not asked unless that is allowed, as an address or by name',
  async (host) => {
    const receiver = await WebhookReceiver.open()
    const url = receiver.url.replace('127.0.0.1', host)
    const app = await openApp({ webhook: { ...receiver.target, url, allowsPrivate: false } })
    const { host: owner, poll } = await Host.ofPoll(app.url)
    await owner.change(poll.id, { status: 'closed' })
    await until(() => app.errors.length > 0)
    expect(String(app.errors[0])).toMatch(/(127\.0\.0\.1|::1) is not an address of the internet \(WEBHOOK_PRIVATE\)/)
    expect(receiver.requests).toBe(0)
  },
)

test('a receiver that does not answer keeps nobody waiting: neither votes and hosts, nor the end of the server', async () => {
  const { receiver, app } = await setUp()
  receiver.status = undefined
  const { host, poll } = await Host.ofPoll(app.url)
  await host.change(poll.id, { status: 'closed' })
  await until(() => receiver.requests === 1)
  await host.change(poll.id, { status: 'open' })
  await new Voter(app.url).vote(poll.id, poll.choices[0]?.id ?? 0)
  await app.close()
  expect(await query(app.databasePath, 'SELECT attempts FROM webhook_event')).toEqual([{ attempts: 1 }])
})

test('without WEBHOOK_URL nothing is queued', async () => {
  const app = await openApp()
  const { host, poll } = await Host.ofPoll(app.url)
  await host.change(poll.id, { status: 'closed' })
  expect(await query(app.databasePath, 'SELECT id FROM webhook_event')).toEqual([])
})
