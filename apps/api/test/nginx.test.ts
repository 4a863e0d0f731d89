import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { routes } from '@pollcast/shared/routes'
import { expect, onTestFinished, test } from 'vitest'
import { certificateFiles } from '../testing/certificate.ts'
import { Http2Client } from '../testing/http2-client.ts'
import { openNginx } from '../testing/nginx.ts'
import { get, RawConnection } from '../testing/raw-connection.ts'
import { ServerProcess } from '../testing/server-process.ts'
import { tempFolder } from '../testing/temp-folder.ts'
import { createPoll, json, Voter } from '../testing/voter.ts'

const setUp = async () => {
  const server = new ServerProcess({ DATABASE_URL: `sqlite:${join(tempFolder(), 'polls.sqlite')}`, TRUST_PROXY: 'on' })
  const { url, port } = await server.address()
  const { poll } = await createPoll(url)
  return { server, url, port, poll, choiceId: poll.choices[0]?.id ?? 0 }
}

const GZIP =
  'gzip on; gzip_types application/json text/css application/javascript; gzip_proxied any; gzip_min_length 0;'

test.each([
  ['its default settings', ''],
  ['gzip on, as Debian’s nginx.conf may have it', GZIP],
])('behind nginx with %s, each event of a stream comes at once', async (_, http) => {
  const { url, poll, choiceId } = await setUp()
  const front = await openNginx({ to: url, http })
  const stream = await RawConnection.open(Number(new URL(front).port))
  stream.send(get(routes.stream(poll.id), 'Accept-Encoding: gzip\r\n'))
  await stream.until(/event: snapshot/)
  for (let votes = 1; votes <= 5; votes += 1) {
    await new Voter(front).vote(poll.id, choiceId)
    // The next is cast only once this one has come.
    await stream.until(new RegExp(`"totalVotes":${votes},`))
  }
  expect(stream.text).not.toMatch(/^content-encoding/im)
})

test('behind nginx with TLS and HTTP/2, 50 streams of one connection and votes on it', async () => {
  const { url, poll, choiceId } = await setUp()
  const tls = certificateFiles().paths
  const location =
    'proxy_http_version 1.1; proxy_set_header Host $http_host; proxy_set_header X-Forwarded-Proto $scheme;' +
    'proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;'
  const client = new Http2Client(await openNginx({ to: url, tls, location }))
  const streams = Array.from({ length: 50 }, () => client.send(routes.stream(poll.id)))
  for (const stream of streams) await stream.until(/event: snapshot/)
  const voted = await client.post(routes.votes(poll.id), { choiceIds: [choiceId] }).done()
  expect(voted.status).toBe(201)
  expect(voted.headers['set-cookie']?.[0]).toMatch(/^__Host-.*; Secure$/)
  for (const stream of streams) await stream.until(/"totalVotes":1,/)
})

test('behind nginx, a server that shuts down ends each stream with word of when to come back', async () => {
  const { server, url, poll } = await setUp()
  const port = Number(new URL(await openNginx({ to: url })).port)
  const streams = await Promise.all(
    Array.from({ length: 50 }, async () => (await RawConnection.open(port)).send(get(routes.stream(poll.id)))),
  )
  for (const stream of streams) await stream.until(/event: snapshot/)
  server.signal('SIGTERM')
  for (const stream of streams) await stream.until(/event: end\nretry: \d+\ndata: {"reason":"shutdown"}\n\n/)
})

/** A network on which everything takes so many milliseconds. */
const slowNetwork = async (port: number, milliseconds: number): Promise<string> => {
  const server = createServer((socket) => {
    const onward = connect(port, '127.0.0.1')
    const pass = (from: Socket, to: Socket) => {
      from.on('data', (data) => void setTimeout(() => to.destroyed || to.write(data), milliseconds))
      from.on('end', () => void setTimeout(() => to.end(), milliseconds))
      from.on('error', () => to.destroy())
    }
    pass(socket, onward)
    pass(onward, socket)
  }).listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}

// Node's own server closes idle connections after 5 s. A vote that nginx sends at that moment becomes a 502.
test('connections that nginx keeps over a slow network are not closed under a vote', async () => {
  const { port, poll, choiceId } = await setUp()
  const far = await slowNetwork(port, 40)
  const front = await openNginx({
    to: 'http://pollcast',
    http: `upstream pollcast { server ${far}; keepalive 60; }`,
    location: 'proxy_http_version 1.1; proxy_set_header Connection "";',
  })
  const vote = async () => {
    const { status } = await new Voter(front).ask(routes.votes(poll.id), json({ choiceIds: [choiceId] }))
    return status
  }
  const all = (spreadMs: number) =>
    Promise.all(Array.from({ length: 60 }, (_, index) => pause((index / 60) * spreadMs).then(vote)))
  expect(new Set(await all(0))).toEqual(new Set([201]))
  // The moment that this is about: five seconds after the connections were used.
  await pause(4800)
  expect(new Set(await all(400))).toEqual(new Set([201]))
})
