import type { Poll, Snapshot } from '@pollcast/shared/poll'
import type { CreatedPoll } from '@pollcast/shared/room'
import { routes } from '@pollcast/shared/routes'
import type { PollChange } from '@pollcast/shared/settings'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { readProblem } from '../testing/answer.ts'
import { openApp } from '../testing/app.ts'
import { stopClock } from '../testing/clock.ts'
import { EventReader, type ReadEvent } from '../testing/event-reader.ts'
import { freePort } from '../testing/free-port.ts'
import { Host } from '../testing/host.ts'
import { createDatabase, postgresServer } from '../testing/postgres.ts'
import { ProofSolver } from '../testing/proof-solver.ts'
import { get, RawConnection } from '../testing/raw-connection.ts'
import { redisUrl } from '../testing/redis.ts'
import { TcpProxy } from '../testing/tcp-proxy.ts'
import { until } from '../testing/until.ts'
import { bearer, createPoll, json, patch, Voter } from '../testing/voter.ts'
import { Watcher } from '../testing/watcher.ts'

afterAll(async () => (await postgresServer()).stop())

/** Two nodes on one PostgreSQL database, a poll, and a watcher on each who has seen its first snapshot. */
const setUp = async (redis: string | undefined) => {
  const database = await createDatabase()
  onTestFinished(() => database.drop())
  const options = { database: { url: database.url }, redisUrl: redis }
  const nodes = [await openApp(options), await openApp(options)] as const
  const { poll, hostKey } = await createPoll(nodes[0].url)
  const choiceId = poll.choices[0]?.id ?? 0
  const watchers = nodes.map(({ url }) => new Watcher(url + poll.streamUrl))
  for (const watcher of watchers) expect((await watcher.next()).event).toBe('snapshot')
  const vote = (node: 0 | 1): Promise<Snapshot> => new Voter(nodes[node].url).vote(poll.id, choiceId)
  /** Resolves when every watcher has been shown this many votes. */
  const shown = (votes: number) =>
    Promise.all(
      watchers.map(async (watcher) => {
        while ((await watcher.next()).snapshot.voters < votes);
      }),
    )
  return { nodes, poll, hostKey, watchers, vote, shown }
}

describe.each([
  ['NOTIFY', async (): Promise<string | undefined> => undefined],
  ['Redis', redisUrl],
] as const)('by %s', (_, address) => {
  test('a vote on either node is on the streams of both', async () => {
    const { nodes, vote, shown } = await setUp(await address())
    await vote(0)
    await shown(1)
    await vote(1)
    await shown(2)
    await Promise.all(Array.from({ length: 40 }, (_, index) => vote(index % 2 === 0 ? 0 : 1)))
    await shown(42)
    expect(nodes.flatMap(({ errors }) => errors)).toEqual([])
  })
})

describe.each([
  ['NOTIFY', async (): Promise<string | undefined> => undefined],
  ['Redis', redisUrl],
] as const)('by %s', (_, address) => {
  test('a vote, a new poll and a round that are sent again with their key, to the other node, are there once', async () => {
    const { nodes, poll, hostKey } = await setUp(await address())
    const ask = async (path: string, key: string, body?: unknown, headers = {}) => {
      const sent = { ...json(body ?? {}).headers, 'Idempotency-Key': `"${key}"`, ...headers }
      const init = { method: 'POST', headers: sent, ...(body !== undefined && { body: JSON.stringify(body) }) }
      const answers = [await fetch(nodes[0].url + path, init), await fetch(nodes[1].url + path, init)]
      expect(answers.map(({ status }) => status)).toEqual([201, 201])
      return Promise.all(answers.map(async (answer) => (await answer.json()) as Record<string, unknown>))
    }
    const [one, two] = [crypto.randomUUID(), crypto.randomUUID()]
    const voted = await ask(routes.votes(poll.id), one, { choiceIds: [poll.choices[0]?.id] })
    expect(voted).toMatchObject([{ voters: 1 }, { voters: 1, revision: voted[0]?.revision }])
    const made = await ask(routes.polls, two, { question: 'Once?', choices: ['Yes', 'No'] })
    expect(made[1]).toMatchObject({ hostKey: made[0]?.hostKey })
    const rooms = made.map(({ room }) => (room as CreatedPoll['room']).code)
    expect(rooms[1]).toBe(rooms[0])
    const rounds = await ask(routes.rounds(poll.id), crypto.randomUUID(), undefined, bearer(hostKey))
    expect(rounds[1]).toMatchObject({ round: 2, revision: rounds[0]?.revision })
  })

  test('a host is told how many watch the room on both nodes', async () => {
    const { nodes } = await setUp(await address())
    const { host } = await Host.ofPoll(nodes[0].url)
    const path = routes.roomStream(host.code)
    const hosts = await EventReader.open(`${nodes[0].url}${path}?watching=on`, bearer(host.key))
    const [here, there] = [await EventReader.open(nodes[0].url + path), await EventReader.open(nodes[1].url + path)]
    await until(() => hosts.watching.at(-1) === 3)
    expect((await host.room()).watching).toBe(3)
    // Who no stream gets through to holds a request, and one after the other.
    const polling = new AbortController()
    const after = encodeURIComponent((await there.next()).id)
    fetch(`${nodes[1].url}${routes.room(host.code)}?after=${after}`, { signal: polling.signal }).catch(() => {})
    await until(() => hosts.watching.at(-1) === 4)
    polling.abort()
    await until(() => hosts.watching.at(-1) === 3)
    there.close()
    await until(() => hosts.watching.at(-1) === 2)
    here.close()
    await until(() => hosts.watching.at(-1) === 1)
  })

  test('a poll that is closed and then deleted on one node is so on the streams of the other', async () => {
    const { nodes, poll, hostKey, watchers } = await setUp(await address())
    const headers = { Authorization: `Bearer ${hostKey}`, 'Content-Type': 'application/json' }
    const path = routes.poll(poll.id)
    await fetch(nodes[0].url + path, { method: 'PATCH', headers, body: '{"status":"closed"}' })
    for (const watcher of watchers) expect((await watcher.next()).snapshot.status).toBe('closed')
    const stream = (await RawConnection.open(nodes[1].port)).send(get(poll.streamUrl))
    await stream.until(/\n\n$/)
    await fetch(nodes[0].url + path, { method: 'DELETE', headers })
    await stream.until(/event: end\n.*\n\n/s)
    await readProblem('poll-deleted', await fetch(nodes[1].url + poll.streamUrl))
    expect(nodes.flatMap(({ errors }) => errors)).toEqual([])
  })
})

describe.each([
  ['NOTIFY', async (): Promise<string | undefined> => undefined],
  ['Redis', redisUrl],
] as const)('by %s', (_, address) => {
  test('a room that is deleted on one node ends all open streams of it on the other', async () => {
    const { nodes, poll, hostKey } = await setUp(await address())
    const room = routes.roomStream(poll.roomCode)
    const paths = [poll.streamUrl, room, `${room}?watching=on`]
    const open = paths.flatMap((path) =>
      [{}, bearer(hostKey)].map((headers) => EventReader.open(nodes[1].url + path, headers)),
    )
    const streams = await Promise.all(open)
    for (const stream of streams) await stream.next()
    await new Host(nodes[0].url, poll.roomCode, hostKey).ask(routes.room(poll.roomCode), { method: 'DELETE' })
    for (const stream of streams) {
      expect((await stream.nextLike(({ event }) => event === 'end')).data).toMatchObject({ reason: 'deleted' })
      await until(() => stream.ended)
    }
    for (const { url } of nodes) {
      for (const path of paths) expect((await fetch(url + path)).status).toBe(410)
    }
    expect(nodes.flatMap(({ errors }) => errors)).toEqual([])
  })

  test('what a host does on one node is on the streams of the other: moves, rounds, reveals, titles, timers, a new key', async () => {
    const { nodes } = await setUp(await address())
    const { host } = await Host.ofPoll(nodes[0].url)
    const next = await host.add()
    const path = `${nodes[1].url}${routes.roomStream(host.code)}?watching=on`
    const screen = await EventReader.open(path)
    const hosts = await EventReader.open(path, bearer(host.key))
    const streams = [screen, hosts]
    const shown = async (matches: (event: ReadEvent) => boolean) => {
      for (const stream of streams) await stream.nextLike(matches)
    }
    await host.move(next.id)
    await shown(({ data }) => data.poll?.id === next.id)
    await host.startRound(next.id)
    await shown(({ data }) => (data.poll ?? data).round === 2)
    await host.change(next.id, { resultsVisibility: 'host' })
    await screen.nextLike(({ data }) => (data.poll ?? data).totalVotes === null)
    await host.change(next.id, { resultsVisibility: 'always' })
    await screen.nextLike(({ data }) => (data.poll ?? data).totalVotes === 0)
    await host.changeRoom({ title: 'Lunch' })
    await shown(({ data }) => data.title === 'Lunch')
    await host.change(next.id, { closesAt: new Date(Date.now() + 500).toISOString() })
    await shown(({ data }) => (data.poll ?? data).status === 'closed')
    await host.ask(routes.roomKey(host.code), { method: 'POST' })
    expect((await hosts.nextLike(({ event }) => event === 'end')).data).toMatchObject({ reason: 'unauthorized' })
    await until(() => hosts.ended)
    expect(screen.ended).toBe(false)
    expect(nodes.flatMap(({ errors }) => errors)).toEqual([])
  })

  test('who votes on one node sees the results in their tabs on the other, and nobody else does', async () => {
    const { nodes, poll, hostKey, vote } = await setUp(await address())
    const host = new Host(nodes[0].url, poll.roomCode, hostKey)
    await host.change(poll.id, { resultsVisibility: 'after-vote' })
    await vote(0)
    const voter = new Voter(nodes[0].url)
    await voter.read(poll.id)
    const cookie = { Cookie: voter.cookieHeader }
    const paths = [poll.streamUrl, routes.roomStream(poll.roomCode)]
    const tabs = await Promise.all(paths.map((path) => EventReader.open(nodes[1].url + path, cookie)))
    const stranger = await EventReader.open(nodes[1].url + poll.streamUrl)
    for (const stream of [...tabs, stranger]) {
      const { data } = await stream.next()
      expect(data.poll ?? data).toMatchObject({ view: 'public', totalVotes: null })
    }
    await voter.vote(poll.id, poll.choices[0]?.id ?? 0)
    for (const tab of tabs) {
      const { data } = await tab.nextLike(({ data: { view, poll: on } }) => (on?.view ?? view) === 'voted')
      expect(data.poll ?? data).toMatchObject({ voters: 2, totalVotes: 2, resultsHidden: false })
    }
    const { data } = await stranger.nextLike(({ data: { voters } }) => voters === 2)
    expect(data).toMatchObject({ view: 'public', totalVotes: null })
    await host.change(poll.id, { status: 'closed' })
    expect((await stranger.nextLike(({ data: { status } }) => status === 'closed')).data).toMatchObject({
      totalVotes: 2,
    })
  })

  test('a poll that is edited on one node is so on the streams of the other, before and after the first vote', async () => {
    const { nodes, poll, hostKey, watchers, vote } = await setUp(await address())
    const host = new Host(nodes[0].url, poll.roomCode, hostKey)
    const shownOn = (edit: Partial<PollChange>) =>
      Promise.all(
        watchers.map(async (watcher) => {
          for (;;) {
            const { snapshot } = await watcher.next()
            if (Object.entries(edit).every(([name, value]) => snapshot[name as keyof Snapshot] === value))
              return snapshot
          }
        }),
      )
    await host.change(poll.id, { choices: ['Tea', 'Milk'], question: 'Which?', maxChoices: 2 })
    for (const { choices } of await shownOn({ question: 'Which?', maxChoices: 2 })) {
      expect(choices.map(({ text }) => text)).toEqual(['Tea', 'Milk'])
    }
    await vote(1)
    await host.change(poll.id, { allowChange: false })
    for (const snapshot of await shownOn({ allowChange: false }))
      expect(snapshot).toMatchObject({ question: 'Which?', voters: 1 })
    expect(nodes.flatMap(({ errors }) => errors)).toEqual([])
  })
})

test('what one network casts beyond its burst on two nodes is two bursts, which its host voids one by one on either', async () => {
  const database = await createDatabase()
  onTestFinished(() => database.drop())
  const options = { database: { url: database.url }, rateLimit: true }
  const nodes = [await openApp(options), await openApp(options)] as const
  const { host, poll } = await Host.ofPoll(nodes[0].url)
  const other = await host.add()
  const solver = new ProofSolver()
  onTestFinished(() => solver.close())
  const voteOn = async (url: string, { id, choices }: Poll, voter = new Voter(url)) => {
    const ballot = json({ choiceIds: [choices[0]?.id] })
    const answer = await voter.ask(routes.votes(id), ballot)
    if (answer.status !== 429) return answer
    const { challenge } = await readProblem('proof-of-work-required', answer)
    if (!challenge) throw new Error('no challenge')
    const headers = { ...ballot.headers, 'Pollcast-Proof': await solver.solve(challenge) }
    return voter.ask(routes.votes(id), { ...ballot, headers })
  }
  const bursts = async () =>
    ((await host.room()).log ?? []).flatMap(({ pollId, burst }) => (burst ? [{ pollId, ...burst }] : []))

  stopClock()
  for (const { url } of nodes) for (let n = 0; n < 100; n += 1) await voteOn(url, other)
  for (const url of [nodes[0].url, nodes[1].url, nodes[1].url]) expect((await voteOn(url, poll)).status).toBe(201)
  const [first, second, ...more] = await bursts()
  expect(more).toEqual([])
  expect([first?.voters, second?.voters].sort()).toEqual([1, 2])
  expect(first?.number).not.toBe(second?.number)

  const larger = first?.voters === 2 ? first : second
  const onSecond = new Host(nodes[1].url, host.code, host.key)
  const voided = await onSecond.ask(routes.burst(poll.id, larger?.number ?? 0), patch({ voided: true }))
  expect(voided.status).toBe(200)
  expect(await host.read(poll.id)).toMatchObject({ voters: 1 })
  expect((await bursts()).filter((burst) => burst.voided)).toEqual([{ ...larger, voided: true }])
  expect(nodes.flatMap(({ errors }) => errors)).toEqual([])
})

test('with Redis gone votes go on and streams stay open; when it is back, both nodes show the newest', async () => {
  const { proxy, url } = await TcpProxy.before(await redisUrl(), 6379)
  const { nodes, vote, shown } = await setUp(url)
  await vote(0)
  await shown(1)
  proxy.refuse()
  for (let round = 0; round < 10; round += 1) await Promise.all([vote(0), vote(1), vote(0)])
  proxy.refuse(false)
  await shown(31)
  // Once for each of pubsub, cache and limits, on each node, and not for every vote. Where the machine is so slow that Redis is
  // taken for gone once more, it has been said to be back before.
  const [errors, infos] = [nodes.flatMap((node) => node.errors), nodes.flatMap((node) => node.infos)]
  expect(errors.length).toBeLessThanOrEqual(6 + infos.length)
})

test('polls that are read again while the database is away add nothing to its log, and see when it is back', async () => {
  const database = await createDatabase()
  onTestFinished(() => database.drop())
  const postgres = await TcpProxy.before(database.url, 5432)
  const redis = await TcpProxy.before(await redisUrl(), 6379)
  const app = await openApp({ database: { url: postgres.url }, redisUrl: redis.url })
  const created = await Promise.all(Array.from({ length: 5 }, () => createPoll(app.url)))
  const watchers = created.map(({ poll }) => new Watcher(app.url + poll.streamUrl))
  for (const watcher of watchers) await watcher.next()

  postgres.proxy.refuse()
  // Each time that its line to Redis is new, a node reads every poll again that it watches.
  redis.proxy.cut()
  const ofDatabase = () => app.errors.filter((error) => /The database at/.test(String(error)))
  await expect.poll(ofDatabase).toHaveLength(1)
  postgres.proxy.refuse(false)
  redis.proxy.cut()
  await expect.poll(() => app.infos).toEqual([expect.stringMatching(/^The database at .* is available again\.$/)])
  expect(ofDatabase()).toHaveLength(1)
  expect(app.errors.map(String).filter((text) => /store-unavailable|for the moment/.test(text))).toEqual([])
})

test('a node starts, serves and ends though there is no Redis where it was told', async () => {
  const app = await openApp({ redisUrl: `redis://127.0.0.1:${await freePort()}` })
  const { poll } = await createPoll(app.url)
  const watcher = new Watcher(app.url + poll.streamUrl)
  await watcher.next()
  await new Voter(app.url).vote(poll.id, poll.choices[0]?.id ?? 0)
  expect((await watcher.next()).snapshot.totalVotes).toBe(1)
  await app.close()
})

test('installations that share a Redis keep apart, even where their polls have the same id', async () => {
  const apps = [await openApp({ redisUrl: await redisUrl() }), await openApp({ redisUrl: await redisUrl() })] as const
  const [here, there] = apps.map(({ url }) => new Watcher(`${url}/api/polls/tabspace/stream`))
  await Promise.all([here?.next(), there?.next()])
  await new Voter(apps[0].url).vote('tabspace', 1)
  expect((await here?.next())?.snapshot.totalVotes).toBe(1)
  await new Voter(apps[1].url).vote('tabspace', 2)
  expect((await there?.next())?.snapshot.choices.slice(0, 2).map(({ votes }) => votes)).toEqual([0, 1])
})
