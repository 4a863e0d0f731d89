import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { constants } from 'node:http2'
import { connect as connectTcp } from 'node:net'
import { connect } from 'node:tls'
import { expect, onTestFinished, test } from 'vitest'
import { certificateFiles } from '../../../testing/certificate.ts'
import { Http2Client } from '../../../testing/http2-client.ts'
import { get } from '../../../testing/raw-connection.ts'
import { until } from '../../../testing/until.ts'
import { ClientFaults } from './client-faults.ts'
import { type Handler, HttpServer, type HttpServerOptions } from './server.ts'
import { TIMEOUTS } from './timeouts.ts'

const open = async (handler: Handler, options: Partial<HttpServerOptions> = {}) => {
  const infos: string[] = []
  const faults = new ClientFaults((line) => infos.push(line))
  const server = new HttpServer(handler, { faults, certificate: certificateFiles(), ...options })
  const port = await server.listen(0, '127.0.0.1')
  onTestFinished(() => server.close(0))
  const counted = () => {
    faults.flush()
    return infos.join('\n')
  }
  return { server, port, client: () => new Http2Client(`https://127.0.0.1:${port}`), counted }
}

/** A handler that leaves each request to the test to answer. */
const pendingRequests = () => {
  const waiting: ServerResponse[] = []
  const handler = (_: IncomingMessage, res: ServerResponse) => {
    waiting.push(res)
    return once(res, 'close')
  }
  return { waiting, handler }
}

const answerAll = (waiting: ServerResponse[]) => {
  for (const res of waiting.splice(0)) res.end()
}

test('the requests of one connection are answered side by side', async () => {
  const { waiting, handler } = pendingRequests()
  const { client } = await open(handler)
  const connection = client()
  const requests = Array.from({ length: 50 }, () => connection.send('/'))
  await until(() => waiting.length === 50)
  answerAll(waiting)
  for (const request of requests) expect((await request.done()).status).toBe(200)
})

test('more requests in flight than one address may have are refused, over HTTP/2 too', async () => {
  const { waiting, handler } = pendingRequests()
  const { client, counted } = await open(handler, { inFlightOfAddress: 3 })
  const connections = [client(), client()]
  const kept = [0, 1, 0].map((index) => connections[index]?.send('/'))
  await until(() => waiting.length === 3)
  const refused = await connections[1]?.send('/').done()
  expect(refused?.status).toBe(503)
  expect(refused?.text).toContain('"server-busy"')
  expect(refused?.headers['retry-after']).toBe('1')
  answerAll(waiting)
  for (const request of kept) expect((await request?.done())?.status).toBe(200)
  expect(counted()).toContain('refused, too many at once: 1')
})

test('a request that is reset stays in flight until its handler is done: resets make no room for more work', async () => {
  let done = () => {}
  const working = new Promise<void>((resolve) => {
    done = resolve
  })
  let handled = 0
  const { client } = await open(
    () => {
      handled += 1
      return working
    },
    { inFlightOfAddress: 2 },
  )
  const connection = client()
  for (let reset = 1; reset <= 2; reset += 1) {
    const { stream } = connection.send('/')
    await until(() => handled === reset)
    stream.close(constants.NGHTTP2_CANCEL)
    await once(stream, 'close')
  }
  expect((await connection.send('/').done()).status).toBe(503)
  expect(handled).toBe(2)
  done()
})

test('a client that opens and resets requests as fast as it can loses its connection; others are served', async () => {
  const { client } = await open((_, res) => setImmediate(() => res.end()))
  const [attacker, other] = [client(), client()]
  await other.send('/').done()
  await attacker.send('/').done()
  for (let burst = 0; burst < 100 && !attacker.session.closed; burst += 1) {
    for (let index = 0; index < 50 && !attacker.session.closed; index += 1) {
      attacker.send('/').stream.close(constants.NGHTTP2_CANCEL)
    }
    await new Promise(setImmediate)
  }
  await until(() => attacker.session.destroyed)
  expect((await other.send('/').done()).status).toBe(200)
})

test('headers that are too large, or too many, are refused as over HTTP/1.1', async () => {
  const { client, counted } = await open((_, res) => res.end())
  const connection = client()
  const large = await connection.send('/', { 'x-large': 'x'.repeat(17_000) }).done()
  expect(large.status).toBe(431)
  const many = Object.fromEntries(Array.from({ length: 101 }, (_, index) => [`x-${index}`, 'x']))
  const answer = await connection.send('/', many).done()
  // nghttp2 may end the request before it is seen.
  expect(answer.status ?? 431).toBe(431)
  expect((await connection.send('/').done()).status).toBe(200)
  expect(counted()).toContain('headers too large')
})

test('over HTTP/2 too a person is told by a page that an address is too long', async () => {
  const { client } = await open((_, res) => res.end())
  // Once a client knows the server's limit, it sends no more.
  const ask = (path: string, accept: string) =>
    client()
      .send(path + 'a'.repeat(17_000), { accept })
      .done()
  const page = await ask('/new?q=', 'text/html,*/*;q=0.8')
  expect(page.status).toBe(431)
  expect(page.headers['content-type']).toBe('text/html; charset=utf-8')
  for (const [path, accept] of [
    ['/new?q=', '*/*'],
    ['/api/polls?', 'text/html'],
  ] as const) {
    expect((await ask(path, accept)).headers['content-type']).toBe('application/problem+json')
  }
})

test('a body that does not arrive in time is refused, and leaves the connection to others', async () => {
  const { client, counted } = await open((_, res) => once(res, 'close'), {
    timeouts: { ...TIMEOUTS, body: 200, head: 400 },
  })
  const connection = client()
  const late = connection.session.request({ ':method': 'POST', ':path': '/' }, { endStream: false })
  late.write('{')
  const [headers] = await once(late, 'response')
  expect(headers[':status']).toBe(408)
  late.close()
  expect(counted()).toContain('body too slow: 1')
  expect(connection.session.closed).toBe(false)
})

test('an idle connection gives way to a new one when all are in use', async () => {
  const { client } = await open((_, res) => res.end(), {
    maxConnections: 1,
    timeouts: { ...TIMEOUTS, idleWhenFull: 0 },
  })
  const [first, second] = [client(), client()]
  await until(() => first.session.connecting === false || second.session.connecting === false)
  const one = first.session.connecting ? second : first
  await one.send('/').done()
  const later = client()
  await until(async () => (await later.send('/').done()).status === 200 || later.session.destroyed)
  await until(() => one.session.destroyed)
})

test('a TLS connection that does not finish its handshake, or asks nothing, is closed', async () => {
  const timeouts = { ...TIMEOUTS, head: 200, idle: 200 }
  const { port } = await open((_, res) => res.end(), { timeouts })
  const silent = connectTcp(port, '127.0.0.1')
  await once(silent, 'close')
  const unused = connect({ port, host: '127.0.0.1', rejectUnauthorized: false, ALPNProtocols: ['h2'] })
  unused.resume()
  await once(unused, 'close')
  const old = connect({ port, host: '127.0.0.1', rejectUnauthorized: false })
  old.resume()
  await once(old, 'close')
})

/** A connection over TLS on which HTTP/1.1 is written by hand. */
const openHttp1 = async (port: number, sent: string) => {
  const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false, ALPNProtocols: ['http/1.1'] })
  const connection = { text: '', ended: false, socket }
  socket.setEncoding('latin1').on('data', (data) => {
    connection.text += data
  })
  socket.on('error', () => {})
  socket.on('close', () => {
    connection.ended = true
  })
  onTestFinished(() => void socket.destroy())
  await once(socket, 'secureConnect')
  socket.write(sent)
  return connection
}

test('over TLS, HTTP/1.1 is guarded as in the clear: pipelined requests wait, and a head that stops is answered', async () => {
  let busiest = 0
  let busy = 0
  const { port, counted } = await open(
    async ({ url }, res) => {
      busy += 1
      busiest = Math.max(busiest, busy)
      await new Promise(setImmediate)
      busy -= 1
      res.end(url)
    },
    { timeouts: { ...TIMEOUTS, head: 300 } },
  )
  const paths = Array.from({ length: 100 }, (_, index) => `/n${index}.`)
  const pipelined = await openHttp1(port, paths.map((path) => get(path)).join(''))
  await until(() => pipelined.text.includes('/n99.'))
  expect(pipelined.text.match(/\/n\d+\./g)).toEqual(paths)
  expect(busiest).toBe(1)
  const slow = await openHttp1(port, 'GET / HTTP/1.1\r\nHost:')
  await until(() => slow.ended)
  expect(slow.text).toMatch(/^HTTP\/1\.1 408 /)
  const malformed = await openHttp1(port, 'nothing\r\n\r\n')
  await until(() => malformed.ended)
  expect(malformed.text).toMatch(/^HTTP\/1\.1 400 /)
  expect(counted()).toMatch(/headers too slow: 1/)
})

test('over TLS, connections are counted and given up once each, whatever they speak', async () => {
  const { port, client, server } = await open((_, res) => res.end('ok'), { maxConnections: 3 })
  for (let round = 0; round < 3; round += 1) {
    const connections = [await openHttp1(port, get('/')), await openHttp1(port, get('/'))]
    const http2 = client()
    expect((await http2.send('/').done()).status).toBe(200)
    for (const one of connections) await until(() => one.text.endsWith('ok'))
    const refused = connect({ port, host: '127.0.0.1', rejectUnauthorized: false })
    refused.on('error', () => {})
    await new Promise((resolve) => refused.once('close', resolve))
    http2.session.destroy()
    for (const { socket } of connections) socket.destroy()
    // All three have to be free again before the next round.
    await until(() => server.openConnections === 0)
  }
})

test('when the server closes, requests in flight are answered and then the connection ends', async () => {
  const { waiting, handler } = pendingRequests()
  const { client, server } = await open(handler)
  const connection = client()
  const request = connection.send('/')
  const idle = client()
  await until(() => waiting.length === 1 && !idle.session.connecting)
  const closed = server.close(5000)
  await until(() => idle.session.destroyed)
  answerAll(waiting)
  expect((await request.done()).status).toBe(200)
  await closed
})
