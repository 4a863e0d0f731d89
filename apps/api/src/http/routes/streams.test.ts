import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { limits } from '@pollcast/shared/limits'
import type { Voted } from '@pollcast/shared/poll'
import type { ProblemCode } from '@pollcast/shared/problem'
import { routes } from '@pollcast/shared/routes'
import Koa from 'koa'
import { expect, onTestFinished, test } from 'vitest'
import { readProblem } from '../../../testing/answer.ts'
import { openApp, sharedApp } from '../../../testing/app.ts'
import { get, post, RawConnection } from '../../../testing/raw-connection.ts'
import { serverSockets } from '../../../testing/server-sockets.ts'
import { tempFolder } from '../../../testing/temp-folder.ts'
import { until } from '../../../testing/until.ts'
import { createPoll, form, json, Voter } from '../../../testing/voter.ts'
import { type Seen, Watcher } from '../../../testing/watcher.ts'
import { Audiences } from '../../live/audiences.ts'
import { Broker } from '../../live/broker.ts'
import type { MessageSource } from '../../live/message.ts'
import { EventIds } from '../../polls/event-ids.ts'
import { Signal, type Signals } from '../../polls/events.ts'
import { pollSubject } from '../../polls/topics.ts'
import { Messages } from '../../reactions/messages.ts'
import { publishChanges } from '../../reactions/publish.ts'
import { VoterStreams } from '../../reactions/voter-streams.ts'
import { SqlPollReader } from '../../store/sql-poll-reader.ts'
import { SqlPollWriter } from '../../store/sql-poll-writer.ts'
import { openSqlite } from '../../store/sqlite-database.ts'
import { POLLCAST_THEME } from '../../theme/theme.ts'
import type { RouteParts } from '../parts.ts'
import { Proxies } from '../request/proxies.ts'
import { StreamSlots } from '../request/stream-slots.ts'
import { Voters } from '../request/voter.ts'
import { createKoa } from '../router.ts'
import { ClientFaults } from '../server/client-faults.ts'
import { HttpServer } from '../server/server.ts'
import { Languages } from '../texts/languages.ts'
import { streamRoutes } from './streams.ts'

/** For what is refused. */
const shared = sharedApp()

const setUp = async () => {
  const app = await openApp()
  const { poll } = await createPoll(app.url)
  const [tea, coffee] = poll.choices.map((choice) => choice.id) as [number, number]
  return { ...app, poll, tea, coffee, watch: (path: string) => new Watcher(app.url + path) }
}

/** What a stream has of the answer to a vote. */
const shownOf = ({ ownChoiceIds: _, ownReceipt: __, ...snapshot }: Voted) => ({ ...snapshot, now: expect.any(String) })

const head = (text: string) => {
  const [status, ...lines] = text.slice(0, text.indexOf('\r\n\r\n')).split('\r\n')
  return { status, headers: new Map(lines.map((line) => line.toLowerCase().split(': ') as [string, string])) }
}

test('a poll of 50 choices of 120 characters is made, voted on and streamed as any other', async () => {
  const { url } = await openApp()
  const texts = Array.from({ length: 50 }, (_, index) => String(index).padStart(120, '票'))
  const { poll } = await createPoll(url, texts, 50)
  const watcher = new Watcher(url + poll.streamUrl)
  const showsAll = ({ snapshot }: Seen, votes: number[]) =>
    expect(snapshot.choices.map((choice) => [choice.text, choice.votes])).toEqual(
      texts.map((text, index) => [text, votes[index]]),
    )
  showsAll(await watcher.next(), Array(50).fill(0))
  const ids = poll.choices.map((choice) => choice.id)
  await new Voter(url).vote(poll.id, ...ids)
  showsAll(await watcher.next(), Array(50).fill(1))
  await new Voter(url).vote(poll.id, ids[49] as number)
  showsAll(await watcher.next(), [...Array(49).fill(1), 2])
  const byForm = form(ids.map((id) => `choice=${id}`).join('&'))
  expect((await new Voter(url).ask(routes.votes(poll.id), byForm)).status).toBe(303)
  showsAll(await watcher.next(), [...Array(49).fill(2), 3])

  const ballot = json({ choiceIds: [...ids, (ids[49] as number) + 1] })
  const { errors } = await readProblem('invalid-body', await new Voter(url).ask(routes.votes(poll.id), ballot))
  expect(errors).toEqual([{ path: 'choiceIds', message: 'At most 50 choices.' }])
  const wanted = json({ question: 'Which?', choices: [...texts, 'one more'] })
  const refused = await readProblem('invalid-body', await fetch(url + routes.polls, wanted))
  expect(refused.errors).toEqual([{ path: 'choices', message: 'At most 50 choices.' }])
})

test('a stream begins with the current snapshot, and then has an update for each vote', async () => {
  const { url, poll, tea, coffee, watch } = await setUp()
  await new Voter(url).vote(poll.id, tea)
  const watcher = watch(poll.streamUrl)
  const first = await watcher.next()
  expect(first.event).toBe('snapshot')
  expect(first.snapshot).toMatchObject({ pollId: poll.id, revision: 1, totalVotes: 1 })
  for (const [voter, choice] of [
    [new Voter(url), tea],
    [new Voter(url), coffee],
  ] as const) {
    const snapshot = await voter.vote(poll.id, choice)
    expect(await watcher.next()).toEqual({ event: 'update', snapshot: shownOf(snapshot) })
  }
})

test('every stream gets a vote, and none gets a vote that changes nothing', async () => {
  const { url, poll, tea, coffee, watch } = await setUp()
  const watchers = Array.from({ length: 5 }, () => watch(poll.streamUrl))
  for (const watcher of watchers) await watcher.next()
  const voter = new Voter(url)
  await voter.vote(poll.id, tea)
  for (const watcher of watchers) expect((await watcher.next()).snapshot.revision).toBe(1)
  await voter.vote(poll.id, tea)
  await voter.vote(poll.id, coffee)
  for (const watcher of watchers) expect((await watcher.next()).snapshot.revision).toBe(2)
})

test('after many votes in a row a stream ends on the last one, and never goes back', async () => {
  const { url, poll, tea, coffee, watch } = await setUp()
  const watcher = watch(poll.streamUrl)
  const VOTES = 100
  const revisions = [(await watcher.next()).snapshot.revision]
  await Promise.all(Array.from({ length: VOTES }, (_, index) => new Voter(url).vote(poll.id, index % 3 ? tea : coffee)))
  while (revisions.at(-1) !== VOTES) {
    const { event, snapshot } = await watcher.next()
    expect(event).toBe('update')
    expect(snapshot.revision).toBeGreaterThan(revisions.at(-1) as number)
    expect(snapshot.choices.reduce((sum, choice) => sum + (choice.votes ?? 0), 0)).toBe(snapshot.totalVotes)
    revisions.push(snapshot.revision)
  }
})

test('one stream can watch several polls, each beginning with its current snapshot', async () => {
  const { url, poll, tea, watch } = await setUp()
  const { poll: other } = await createPoll(url)
  await new Voter(url).vote(poll.id, tea)
  const watcher = watch(routes.streamOf([poll.id, other.id]))
  const firsts = [await watcher.next(), await watcher.next()]
  expect(firsts.map(({ event }) => event)).toEqual(['snapshot', 'snapshot'])
  expect(new Map(firsts.map(({ snapshot }) => [snapshot.pollId, snapshot.revision]))).toEqual(
    new Map([
      [poll.id, 1],
      [other.id, 0],
    ]),
  )
  for (const { id, choices } of [other, poll]) {
    const snapshot = await new Voter(url).vote(id, choices[1]?.id as number)
    expect(await watcher.next()).toEqual({ event: 'update', snapshot: shownOf(snapshot) })
  }
})

test('a client that is disconnected by a restart reconnects by itself, and gets the newest snapshot', async () => {
  const { url, port, poll, tea, databasePath, close, watch } = await setUp()
  const watcher = watch(poll.streamUrl)
  await watcher.next()
  await close()
  const other = await openApp({ databasePath })
  const snapshot = await new Voter(other.url).vote(poll.id, tea)
  await other.close()
  await openApp({ databasePath, port })
  expect(url).toContain(String(port))
  expect(await watcher.next()).toEqual({ event: 'snapshot', snapshot: shownOf(snapshot) })
})

test('whatever Last-Event-ID a client sends, it gets the newest snapshot first, or word that it has seen it', async () => {
  const { url, port, poll, tea } = await setUp()
  await new Voter(url).vote(poll.id, tea)
  const firstEvent = async (seen: string) => {
    const stream = await RawConnection.open(port)
    return stream.send(get(poll.streamUrl, `Last-Event-ID: ${seen}\r\n`)).until(/\n\n$/)
  }
  const newest = /\r\n\r\nevent: snapshot\nid: ([\w.-]+)\nretry: \d+\ndata: \{.+\}\n\n$/
  const [, id = ''] = newest.exec(await firstEvent('x')) ?? []
  expect(id).toMatch(new RegExp(`^[\\w-]+\\.${poll.id}\\.public\\.1\\.[\\w-]{8}$`))
  const [epoch, , view, revision, mac] = id.split('.')
  for (const seen of [
    '1',
    [epoch, poll.id, view, '0', mac].join('.'),
    [epoch, poll.id, view, '99', mac].join('.'),
    [epoch, poll.id, 'voted', revision, mac].join('.'),
    ['0123abcd', poll.id, view, revision, mac].join('.'),
  ]) {
    expect(await firstEvent(seen), seen).toMatch(newest)
  }
  expect(await firstEvent(id)).toMatch(/\r\n\r\nevent: current\nid: [\w.-]+\nretry: \d+\ndata: \{\}\n\n$/)
})

test('a stream says that it must not be cached, changed or buffered, and is not chunked', async () => {
  const { port, poll } = await setUp()
  for (const path of [poll.streamUrl, routes.streamOf([poll.id])]) {
    const stream = await RawConnection.open(port)
    const text = await stream.send(get(path, 'Accept-Encoding: gzip, deflate, br, zstd\r\n')).until(/\n\n$/)
    const { status, headers } = head(text)
    expect(status).toBe('HTTP/1.1 200 OK')
    expect(headers.get('content-type')).toBe('text/event-stream')
    expect(headers.get('cache-control')).toBe('no-cache, no-transform')
    expect(headers.get('x-accel-buffering')).toBe('no')
    expect(headers.get('connection')).toBe('close')
    for (const name of ['content-encoding', 'transfer-encoding', 'content-length', 'set-cookie']) {
      expect(headers.has(name), name).toBe(false)
    }
  }
})

test('HEAD of a stream has its headers and ends', async () => {
  const { port, poll } = await setUp()
  const connection = await RawConnection.open(port)
  connection.send(get(poll.streamUrl).replace('GET', 'HEAD'))
  expect(await connection.ended).toBe('end')
  expect(head(connection.text).headers.get('content-type')).toBe('text/event-stream')
  expect(connection.text).toMatch(/\r\n\r\n$/)
})

test('a stream requested after another request, on the same connection, waits until that is answered', async () => {
  const { port, poll } = await setUp()
  const connection = await RawConnection.open(port)
  // With another stream on the topic, this one is ready before the poll's answer has been read.
  await (await RawConnection.open(port)).send(get(poll.streamUrl)).until(/\n\n$/)
  const text = await connection.send(get(routes.poll(poll.id)) + get(poll.streamUrl)).until(/\n\n$/)
  expect(text.match(/HTTP\/1\.1 200|"streamUrl"|event: snapshot/g)).toEqual([
    'HTTP/1.1 200',
    '"streamUrl"',
    'HTTP/1.1 200',
    'event: snapshot',
  ])
})

test('bytes in one packet with the request for a stream close it too, and are not acted on', async () => {
  const { url, port, poll, tea, infos, close } = await setUp()
  const stream = get(poll.streamUrl)
  const vote = post(routes.votes(poll.id), { choiceIds: [tea] })
  for (const sent of [stream + vote, stream.repeat(50) + vote + stream, stream + vote.slice(0, -3)]) {
    const connection = (await RawConnection.open(port)).send(sent)
    await connection.ended
    expect(connection.text.match(/HTTP\/1\.1|event: \w+/g)?.length ?? 0).toBeLessThanOrEqual(2)
    expect(connection.text).not.toMatch(/set-cookie/i)
  }
  expect(await new Voter(url).read(poll.id)).toMatchObject({ revision: 0, totalVotes: 0 })
  await close()
  expect(infos.join('\n')).toMatch(/: bytes sent on a stream: 3$/)
})

test('bytes sent on a stream close it, and are not acted on', async () => {
  const { url, port, poll, tea } = await setUp()
  for (const bytes of [post(routes.votes(poll.id), { choiceIds: [tea] }), get(poll.streamUrl), '\r\n']) {
    const stream = await RawConnection.open(port)
    await stream.send(get(poll.streamUrl)).until(/\n\n$/)
    stream.send(bytes)
    await stream.ended
    expect(stream.text.match(/HTTP\/1\.1|event: \w+/g)).toEqual(['HTTP/1.1', 'event: snapshot'])
  }
  expect(await new Voter(url).read(poll.id)).toMatchObject({ revision: 0, totalVotes: 0 })
})

const many = Array.from({ length: limits.pageSize + 1 }, (_, index) => `aaaaaa${'23456789abcdefghjkmnp'[index]}2`)

test.each<[string, ProblemCode, string]>([
  ['for an unknown poll', 'poll-not-found', routes.stream('zzzzzzzz')],
  ['for several polls, one of them unknown', 'poll-not-found', routes.streamOf(['tabspace', 'zzzzzzzz'])],
  ['for no polls', 'invalid-query', routes.streams],
  ['for an empty list of polls', 'invalid-query', routes.streamOf([])],
  ['for a list with a gap', 'invalid-query', routes.streamOf(['tabspace', ''])],
  ['for an invalid id', 'invalid-query', routes.streamOf(['TABSPACE'])],
  ['for two lists', 'invalid-query', `${routes.streams}?polls=tabspace&polls=vvsemacs`],
  ['for more polls than a list shows', 'invalid-query', routes.streamOf(many)],
])('a stream %s is refused as %s', async (_, code, path) => {
  await readProblem(code, await fetch(shared().url + path))
})

test('a poll named twice is sent once', async () => {
  const { url, poll, tea, watch } = await setUp()
  const watcher = watch(routes.streamOf([poll.id, poll.id]))
  await watcher.next()
  await new Voter(url).vote(poll.id, tea)
  expect((await watcher.next()).event).toBe('update')
})

/** The parts of the app, so that tests can look into them. */
const openParts = async () => {
  const folder = tempFolder()
  const database = await openSqlite(join(folder, 'polls.sqlite'))
  const [reader, writer] = [new SqlPollReader(database), new SqlPollWriter(database)]
  const errors: unknown[] = []
  const failed = (error: unknown) => errors.push(error)
  const signals: Signals = { pollChanged: new Signal(failed), roomChanged: new Signal(failed) }
  const eventIds = new EventIds('key', 'epoch')
  const messages = new Messages(reader, eventIds, '')
  const broker = new Broker({ source: messages, onError: failed })
  publishChanges(signals, broker, messages)
  const audiences = new Audiences(broker)
  const koa = createKoa({
    createPolls: 'anyone',
    theme: POLLCAST_THEME,
    languages: new Languages(''),
    privacy: {
      engine: 'sqlite',
      retentionDays: 0,
      hasLimits: false,
      hasRedis: false,
      logsRequests: false,
      backups: 0,
      hasWebhook: false,
      measuresFreshness: false,
    },
    streamSlots: new StreamSlots(1000, false),
    reader,
    writer,
    signals,
    audiences,
    voterStreams: new VoterStreams(audiences, reader, 'key', failed),
    watching: { count: () => undefined },
    eventIds,
    limits: undefined,
    voters: new Voters('key', 'abcd1234'),
    serverKey: 'key',
    allowedOrigins: [],
    publicUrl: undefined,
    basePath: '',
    onFreshness: undefined,
    proxies: new Proxies(false),
    entry: undefined,
    files: undefined,
    health: { lag: () => 0, notReady: () => undefined },
    admin: undefined,
    onAnswered: [],
    onError: failed,
  })
  const server = await new Promise<Server>((resolve) => {
    const listening = createServer(koa.callback()).listen(0, '127.0.0.1', () => resolve(listening))
  })
  onTestFinished(async () => {
    await audiences.heartbeat.stop(0)
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
    await database.close()
  })
  const counts = () => ({
    streams: audiences.heartbeat.streams,
    topics: broker.size,
  })
  return { port: (server.address() as AddressInfo).port, writer, broker, eventIds, counts, errors }
}

const NOTHING = { streams: 0, topics: 0 }

test('a client that has seen a newer revision on another node gets no older one, even if this node has not heard of it', async () => {
  const { port, writer, eventIds } = await openParts()
  const idOf = (revision: number) => eventIds.write({ id: 'tabspace', view: 'public', revision })
  const shown = async (revision: number) => {
    const stream = await RawConnection.open(port)
    const lastEventId = idOf(revision)
    return stream.send(get(routes.stream('tabspace'), `Last-Event-ID: ${lastEventId}\r\n`)).until(/\n\n$/)
  }
  expect(await shown(0)).toContain(`\nid: ${idOf(0)}\n`)
  await writer.record({ pollId: 'tabspace', ballotId: 'other', answer: [1] })
  expect(await shown(0)).toContain(`\nid: ${idOf(0)}\n`)
  expect(await shown(1)).toContain(`\nid: ${idOf(1)}\n`)
})

test('a stream is in flight only until its first snapshot is there', async () => {
  const reads: (() => void)[] = []
  const source: MessageSource = {
    read: (topic) =>
      new Promise((resolve) => {
        reads.push(() =>
          resolve({ message: { topic, revision: 0, id: '0', event: 'update', json: '{}' }, subjectRevision: 0 }),
        )
      }),
  }
  const audiences = new Audiences(new Broker({ source, onError: () => {} }))
  onTestFinished(() => audiences.heartbeat.stop(0))
  const streams = streamRoutes({
    streamSlots: new StreamSlots(1000, false),
    audiences,
    voters: new Voters('key', 'abcd1234'),
    eventIds: new EventIds('key', 'epoch'),
  } as RouteParts)
  const koa = new Koa().use((ctx) => {
    ctx.params = { id: ctx.path.slice(1) }
    return streams.poll(ctx, async () => {})
  })
  const server = new HttpServer(koa.callback(), { faults: new ClientFaults(() => {}), inFlight: 1 })
  const port = await server.listen(0, '127.0.0.1')
  onTestFinished(() => server.close(0))
  const first = (await RawConnection.open(port)).send(get('/tabspace'))
  await until(() => reads.length === 1)
  await (await RawConnection.open(port)).send(get('/vvsemacs')).until(/^HTTP\/1\.1 503 .*server-busy/s)
  reads[0]?.()
  await first.until(/id: 0\n/)
  const second = (await RawConnection.open(port)).send(get('/vvsemacs'))
  await until(() => reads.length === 2)
  reads[1]?.()
  await second.until(/id: 0\n/)
})

test('a client that leaves a stream, in any way and at any time, leaves nothing behind', async () => {
  const { port, counts } = await openParts()
  const both = routes.streamOf(['tabspace', 'vvsemacs'])
  const streams = await Promise.all(
    [both, both, routes.stream('tabspace')].map(async (path) => {
      const stream = await RawConnection.open(port)
      await stream.send(get(path)).until(/\n\n$/)
      return stream
    }),
  )
  expect(counts()).toEqual({ streams: 3, topics: 2 })
  streams[0]?.leave()
  streams[1]?.leave()
  await until(() => counts().streams === 1)
  expect(counts()).toEqual({ streams: 1, topics: 1 })
  streams[2]?.leave()
  await until(() => counts().streams === 0)
  expect(counts()).toEqual(NOTHING)
})

test('a client that leaves before its stream is open, is refused or sends HEAD, leaves nothing behind', async () => {
  const { port, counts, errors } = await openParts()
  const asking = [
    get(routes.stream('tabspace')),
    get(routes.streamOf(['tabspace', 'zzzzzzzz'])),
    get(routes.stream('tabspace')).replace('GET', 'HEAD'),
  ]
  for (let round = 0; round < 20; round += 1) {
    for (const request of asking) (await RawConnection.open(port)).send(request).leave()
  }
  for (const request of asking.slice(1)) {
    await (await RawConnection.open(port)).send(request).until(/\r\n\r\n/)
  }
  await until(() => counts().topics === 0)
  expect(counts()).toEqual(NOTHING)
  // A client that has left is not logged.
  expect(errors).toEqual([])
})

test('the last message of a topic ends its streams, and leaves those of other topics open', async () => {
  const { port, broker, counts } = await openParts()
  const [only, other] = [await RawConnection.open(port), await RawConnection.open(port)]
  await only.send(get(routes.stream('tabspace'))).until(/\n\n$/)
  await other.send(get(routes.streamOf(['tabspace', 'vvsemacs']))).until(/vvsemacs.*\n\n$/s)
  broker.publish({
    subject: pollSubject('tabspace'),
    revision: 1,
    messageOf: (topic) => ({ topic, revision: 1, id: '1', event: 'end', json: '{"reason":"deleted"}', last: true }),
  })
  const end = /event: end\nid: 1\ndata: {"reason":"deleted"}\n\n$/
  await other.until(end)
  expect(await only.ended).toBe('end')
  expect(only.text).toMatch(end)
  await until(() => counts().streams === 1)
  expect(counts()).toEqual({ streams: 1, topics: 1 })
})

test('a stalled reader delays no other, and gets only the newest snapshot when it reads again', async () => {
  const { port, broker } = await openParts()
  const path = routes.stream('tabspace')
  const sockets = serverSockets(path)
  const hanging = (await RawConnection.open(port)).send(get(path)).stopReading()
  await until(() => sockets.length === 1)
  const reading = (await RawConnection.open(port)).send(get(path))
  await reading.until(/\n\n$/)
  // Far larger than those of a poll, so that a few fill what the kernel keeps for a reader.
  const json = JSON.stringify('x'.repeat(1_000_000))
  let last = 0
  const publish = async () => {
    last += 1
    reading.text = ''
    const message = { revision: last, id: String(last), event: 'update', json }
    broker.publish({
      subject: pollSubject('tabspace'),
      revision: last,
      messageOf: (topic) => ({ topic, ...message }),
    })
    await reading.until(new RegExp(`^event: update\nid: ${last}\n[^\n]+\n\n$`))
  }
  while (sockets[0]?.writableLength === 0) await publish()
  const filledAt = last
  while (last < filledAt + 10) await publish()
  const text = await hanging.resumeReading().until(new RegExp(`id: ${last}\n[^\n]+\n\n$`))
  const ids = [...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id))
  // The newest, and where the kernel made room meanwhile one that was the newest then.
  expect(ids.filter((id) => id > filledAt).length).toBeLessThan(5)
  expect(ids).toEqual(ids.toSorted((a, b) => a - b))
})

test('votes on one connection are answered one after another while a stream is open on another connection', async () => {
  const { port, poll, tea, coffee } = await setUp()
  const stream = (await RawConnection.open(port)).send(get(poll.streamUrl))
  await stream.until(/event: snapshot\n.*\n\n$/s)
  const votes = await RawConnection.open(port)
  votes.send(post(routes.votes(poll.id), { choiceIds: [tea] }) + post(routes.votes(poll.id), { choiceIds: [coffee] }))
  await votes.until(/"revision":2/)
  await stream.until(/id: \S+\.public\.2\.\S+\n/)
})
