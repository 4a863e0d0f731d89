import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import fc from 'fast-check'
import { expect, onTestFinished, test, vi } from 'vitest'
import { get, RawConnection } from '../../../testing/raw-connection.ts'
import { until } from '../../../testing/until.ts'
import { ClientFaults } from './client-faults.ts'
import { type Handler, HttpServer, type HttpServerOptions, IN_FLIGHT, IN_FLIGHT_OF_ADDRESS } from './server.ts'
import { takeSocket } from './take-socket.ts'
import { MIN_BODY_RATE, TIMEOUTS } from './timeouts.ts'

/** A server with the default timeouts and limits, unless options say otherwise. */
const open = async (handler: Handler, options: Partial<HttpServerOptions> = {}) => {
  const infos: string[] = []
  const faults = new ClientFaults((line) => infos.push(line))
  const server = new HttpServer(handler, { faults, ...options })
  const port = await server.listen(0, '127.0.0.1')
  onTestFinished(() => server.close(0))
  const connect = async (sent = '') => (await RawConnection.open(port)).send(sent)
  const counted = () => {
    faults.flush()
    return infos.join('\n')
  }
  return { server, port, connect, counted }
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

const statuses = (answers: string) => [...answers.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => Number(status))

/** How many requests Node's parser makes from now on, until the test has ended. */
const parsed = () => {
  let count = 0
  const listener = () => {
    count += 1
  }
  subscribe('http.server.request.start', listener)
  onTestFinished(() => void unsubscribe('http.server.request.start', listener))
  return () => count
}

test('pipelined requests are answered in their order, one at a time', async () => {
  let busy = 0
  let busiest = 0
  const { connect } = await open(async ({ url }, res) => {
    busy += 1
    busiest = Math.max(busiest, busy)
    await new Promise(setImmediate)
    busy -= 1
    res.end(url)
  })
  const paths = Array.from({ length: 500 }, (_, index) => `/n${index}.`)
  const connection = await connect(paths.map((path) => get(path)).join(''))
  const answers = await connection.until(/\/n499\./)
  expect(answers.match(/\/n\d+\./g)).toEqual(paths)
  expect(busiest).toBe(1)
})

test('once a client pipelines, no request is parsed before the one in front of it is answered', async () => {
  const { waiting, handler } = pendingRequests()
  const { connect } = await open(handler)
  const early = await Promise.all([connect(), connect()])
  await (await connect(get('/') + get('/'))).until(/^$/)
  await until(() => waiting.length === 1)
  const count = parsed()
  const many = get('/').repeat(2000)
  // On connections that were open before, and on a new one.
  for (const connection of [...early, await connect()]) connection.send(many)
  await until(() => waiting.length === 4)
  for (const res of waiting.splice(0)) res.end()
  await until(() => waiting.length === 4)
  expect(count()).toBe(6)
})

test('however pipelined requests are split into packets, each is read as it was sent', async () => {
  const { port } = await open(async (req, res) => {
    // Later, so that the next requests have arrived.
    await new Promise(setImmediate)
    res.end(`<${req.method} ${JSON.stringify(await text(req))}>`)
  })
  const requests = [
    ['GET / HTTP/1.1\r\nHost: a\r\n\r\n', '<GET "">'],
    [
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n\r\n\r\nGET \r',
      `<POST ${JSON.stringify('\r\n\r\nGET \r')}>`,
    ],
    [
      'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n\r\n\r\n\r\n0\r\nT: x\r\n\r\n',
      '<POST "\\r\\n\\r\\n">',
    ],
    ['\r\nPOST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n', '<POST "">'],
  ] as const
  const sequence = fc.array(fc.constantFrom(...requests), { minLength: 1, maxLength: 6 })
  const cuts = fc.array(fc.integer({ min: 1, max: 80 }), { maxLength: 12 })
  const property = fc.asyncProperty(sequence, cuts, async (asked, lengths) => {
    const connection = await RawConnection.open(port)
    let rest = asked.map(([request]) => request).join('')
    for (const length of lengths) {
      connection.send(rest.slice(0, length))
      rest = rest.slice(length)
      await new Promise(setImmediate)
    }
    connection.send(rest)
    const expected = asked.map(([, answer]) => answer)
    await until(() => connection.text.split('<').length > expected.length && connection.text.endsWith('>'))
    expect(connection.text.match(/<[^>]*>/g)).toEqual(expected)
    connection.leave()
  })
  await fc.assert(property, { numRuns: 60 })
})

test('a client that pipelines and then says close, or sends something invalid, gets its answers first', async () => {
  const { connect, counted } = await open(async ({ url }, res) => {
    await new Promise(setImmediate)
    res.end(url)
  })
  const closing = await connect(get('/first.') + get('/last.', 'Connection: close\r\n') + get('/not-read.'))
  expect(await closing.ended).toBe('end')
  expect(closing.text.match(/\/[a-z-]+\./g)).toEqual(['/first.', '/last.'])

  const wrong = await connect(`${get('/first.')}nonsense\r\n\r\n`)
  expect(await wrong.ended).toBe('end')
  expect(statuses(wrong.text)).toEqual([200, 400])
  expect(wrong.text).toMatch(/"code":"malformed-request"/)
  expect(counted()).toMatch(/bytes sent after Connection: close: 1, malformed request: 1$/)
})

test('requests beyond the limit in flight are refused before any work, and served again when there is room', async () => {
  const { waiting, handler } = pendingRequests()
  const { connect, counted } = await open(handler, { inFlight: 3 })
  const served = await Promise.all(Array.from({ length: 3 }, () => connect(get('/'))))
  await until(() => waiting.length === 3)
  const refused = await connect(get('/'))
  expect(await refused.ended).toBe('end')
  expect(refused.text).toMatch(/^HTTP\/1\.1 503 .*\r\nretry-after: \d+\r\n.*"code":"server-busy"/is)
  expect(waiting).toHaveLength(3)
  waiting[0]?.end()
  await Promise.any(served.map((connection) => connection.until(/200 OK/)))
  await connect(get('/'))
  await until(() => waiting.length === 4)
  expect(counted()).toMatch(/refused, too many at once: 1$/)
})

test('one address has its own limit, unless that is lifted', async () => {
  for (const [inFlightOfAddress, status] of [
    [2, 503],
    [Number.POSITIVE_INFINITY, undefined],
  ] as const) {
    const { waiting, handler } = pendingRequests()
    const { connect } = await open(handler, { inFlightOfAddress })
    for (let index = 0; index < 2; index += 1) await connect(get('/'))
    await until(() => waiting.length === 2)
    const third = await connect(get('/'))
    await until(() => waiting.length === 3 || third.text !== '')
    expect(statuses(third.text)[0]).toBe(status)
  }
})

test('a request whose body is late is ended in favour of a complete one', async () => {
  const { waiting, handler } = pendingRequests()
  const read = (req: IncomingMessage, res: ServerResponse) => (req.method === 'POST' ? text(req) : handler(req, res))
  const options = { inFlight: 2, timeouts: { ...TIMEOUTS, lateBody: 0 } }
  const { connect, counted } = await open(read, options)
  const half = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nx'
  const [first, second] = [await connect(half), await connect(half)]
  await connect(get('/'))
  await until(() => waiting.length === 1)
  expect(await Promise.race([first.ended, second.ended])).toBe('end')
  expect(statuses(first.text + second.text)).toEqual([503])
  expect(counted()).toMatch(/body too slow: 1$/)
})

test('between two requests of a client that pipelines, other clients are served', async () => {
  const order: string[] = []
  const { connect } = await open(({ url }, res) => {
    order.push(url ?? '')
    // In the turn of the event loop in which the other bytes are read.
    if (order.length === 1) void connect(get('/other'))
    res.end()
  })
  const many = await connect(get('/many').repeat(2000))
  await until(() => order.includes('/other'))
  expect(order.indexOf('/other')).toBeLessThan(1000)
  await until(() => order.length === 2001)
  many.leave()
})

test('of a flood that pipelines a few requests are handled at a time, and everybody else is served meanwhile', async () => {
  const { waiting, handler } = pendingRequests()
  const { connect } = await open((req, res) => (req.url === '/other' ? void res.end('served') : handler(req, res)))
  // From here on, it is known what has come behind a request.
  await (await connect(get('/first') + get('/first'))).until(/^$/)
  await until(() => waiting.length === 1)
  const flood = await Promise.all(Array.from({ length: 60 }, () => connect(get('/').repeat(20))))
  for (let round = 1; round <= 4; round += 1) {
    expect(await (await connect(get('/other'))).until(/served/)).toMatch(/^HTTP\/1.1 200/)
    expect(waiting.length).toBeLessThanOrEqual(17)
    await until(() => waiting.length === 17)
    for (const res of waiting.splice(1)) res.end()
  }
  for (const connection of flood) connection.leave()
})

test('once very much waits to be parsed in all, who has brought most of it is closed, and who has brought little is not', async () => {
  const answer = Buffer.alloc(16 * 1024 * 1024)
  const { server, connect } = await open(({ url }, res) => res.end(url === '/big' ? answer : 'served'))
  await (await connect(get('/') + get('/'))).until(/served.*served/s)
  // Of each, 64 KB are read, and the answer in front of them keeps them.
  const big = get('/big').repeat(3000)
  const flood = await Promise.all(Array.from({ length: 300 }, async () => (await connect()).stopReading().send(big)))
  expect(await Promise.race(flood.map(({ ended }) => ended))).toMatch(/ECONNRESET|EPIPE/)
  expect(server.unparsed.bytes).toBeGreaterThan(15 * 1024 * 1024)
  const little = await connect(get('/little').repeat(10))
  await until(() => statuses(little.text).length === 10)
  for (const connection of flood) connection.leave()
  await until(() => server.unparsed.bytes === 0)
})

test('who waits for the turn of a pipelined request is not taken for slow', async () => {
  const { waiting, handler } = pendingRequests()
  const { connect } = await open(handler, { timeouts: { ...TIMEOUTS, head: 100 } })
  await (await connect(get('/') + get('/'))).until(/^$/)
  await until(() => waiting.length === 1)
  const flood = await Promise.all(Array.from({ length: 30 }, () => connect(get('/').repeat(2))))
  await until(() => waiting.length === 17)
  // By then, the others would have been closed too.
  const late = await connect('GET / HTTP/1.1\r\n')
  expect(await late.ended).toBe('end')
  expect(statuses(late.text)).toEqual([408])
  await until(() => {
    for (const res of waiting.splice(1)) res.end()
    return flood.every(({ text }) => statuses(text).length === 2)
  })
  expect(flood.flatMap(({ text }) => statuses(text))).toEqual(Array(60).fill(200))
})

test('with networkOf, each network that it returns has the limit, on whichever connection', async () => {
  const { waiting, handler } = pendingRequests()
  const networkOf = (req: IncomingMessage) => String(req.headers.client)
  const { connect } = await open(handler, { inFlightOfAddress: 2, networkOf })
  const of = (client: string) => get('/', `Client: ${client}\r\n`)
  for (const client of ['a', 'a', 'b', 'b', 'c']) await connect(of(client))
  await until(() => waiting.length === 5)
  for (const client of ['a', 'b']) await (await connect(of(client))).until(/^HTTP\/1\.1 503 .*server-busy/s)
  waiting.find(({ req }) => req.headers.client === 'a')?.end()
  await until(async () => {
    const connection = await connect(of('a'))
    await until(() => waiting.length === 6 || connection.text !== '')
    return waiting.length === 6
  })
  await (await connect(of('b'))).until(/^HTTP\/1\.1 503/)
})

test('one address may have half of the requests in flight', () => {
  expect(IN_FLIGHT).toBe(4096)
  expect(IN_FLIGHT_OF_ADDRESS).toBe(IN_FLIGHT / 2)
})

test('the request of a client that has left is in flight until the work for it is done', async () => {
  const finish: (() => void)[] = []
  const { connect } = await open(() => new Promise<void>((resolve) => finish.push(resolve)), { inFlight: 2 })
  for (let index = 0; index < 2; index += 1) {
    const connection = await connect(get('/'))
    await until(() => finish.length === index + 1)
    connection.leave()
  }
  expect(await (await connect(get('/'))).until(/server-busy"/)).toMatch(/^HTTP\/1\.1 503/)
  finish[0]?.()
  await connect(get('/'))
  await until(() => finish.length === 3)
})

test('a request that has become a stream is not in flight', async () => {
  let streams = 0
  const { connect } = await open(
    (_, res) => {
      takeSocket(res, {})
      streams += 1
    },
    { inFlight: 1 },
  )
  for (let turn = 1; turn <= 5; turn += 1) {
    await connect(get('/'))
    await until(() => streams === turn)
  }
})

test.each([
  ['a whole request', get('/'), get('/')],
  ['many of them, behind another', get('/first'), get('/').repeat(50)],
  ['half a body', '', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf'],
  ['a body that is left out', '', 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n'],
])('a stream is closed, and that is counted once, if %s came after its request', async (_, first, more) => {
  const served: string[] = []
  const { connect, counted } = await open(async ({ url = '' }, res) => {
    served.push(url)
    await new Promise(setImmediate)
    if (url === '/first') res.end()
    else takeSocket(res, {})
  })
  const connection = await connect(first + more)
  await connection.ended
  expect(served.filter((url) => url === '/')).toHaveLength(1)
  expect(counted()).toMatch(/: bytes sent on a stream: 1$/)
  // Nothing of it is left in flight, or delays the next one.
  await (await connect(get('/first'))).until(/200 OK/)
})

const upload = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000000\r\n\r\n'

test('a body that no handler reads stays unread: the answer says close, and the connection is closed', async () => {
  let read = 0
  const { connect } = await open((req, res) => {
    req.socket.on('close', () => {
      read = req.socket.bytesRead
    })
    res.end('answered')
  })
  for (const method of ['POST', 'GET', 'DELETE']) {
    const connection = await connect(upload.replace('POST', method))
    expect(await connection.until(/answered/)).toMatch(/^connection: close\r$/im)
    connection.send('a'.repeat(20_000_000))
    expect(await connection.ended).not.toBe('')
    await until(() => read > 0)
    expect(read).toBeLessThan(5_000_000)
    read = 0
  }
})

test('a client gets the 100 Continue that it waits for only if a handler reads the body', async () => {
  const { connect } = await open(async (req, res) => res.end(req.method === 'PUT' ? await text(req) : 'unread'))
  const head = (method: string) =>
    `${method} / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n`
  const wanted = await connect(head('PUT'))
  await wanted.until(/^HTTP\/1\.1 100 Continue\r\n\r\n$/)
  expect(statuses(await wanted.send('body').until(/body$/))).toEqual([100, 200])
  const unwanted = await connect(head('POST'))
  expect(await unwanted.ended).toBe('end')
  expect(statuses(unwanted.text)).toEqual([200])
})

test('the default timeouts', () => {
  expect(TIMEOUTS).toEqual({
    head: 10_000,
    body: 30_000,
    lateBody: 1000,
    answer: 60_000,
    idle: 75_000,
    idleWhenFull: 5000,
    linger: 2000,
  })
})

test('a client is told for how long its connection is kept open', async () => {
  const { connect } = await open((_, res) => res.end())
  expect(await (await connect(get('/'))).until(/200 OK/)).toMatch(/^keep-alive: timeout=75\r$/im)
})

/**
 * From now on time passes for the server's checks as the test has it pass, and is no matter of how fast this machine is.
 * To be called before the server opens. Node's own timers, which end idle connections, go on.
 */
const holdTime = () => {
  vi.useFakeTimers({ toFake: ['performance', 'setInterval', 'clearInterval'] })
  onTestFinished(() => void vi.useRealTimers())
}

/** Has a second pass after the other until that has come, each after an act of the clients that the server has seen. */
const seconds = async (end: Promise<unknown>, act = () => {}) => {
  let ended = false
  const settled = end.finally(() => {
    ended = true
  })
  settled.catch(() => {})
  while (!ended) {
    act()
    for (let turn = 0; turn < 3; turn += 1) await new Promise(setImmediate)
    vi.advanceTimersByTime(1000)
  }
  await settled
}

test.each<[string, string, () => string, string]>([
  ['a head that drips', 'GET / HTTP/1.1\r\nHost: a\r\n', () => 'X: y\r\n', 'head'],
  ['empty lines for ever', '\r\n', () => '\r\n', 'head'],
  ['a body that drips', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n', () => 'x', 'body'],
  ['a body that is missing', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n', () => '', 'body'],
  ['chunks that drip', 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n', () => '1\r\nx\r\n', 'body'],
])('%s: a 408, also behind another request', async (_, begin, more, phase) => {
  holdTime()
  const { connect, counted } = await open(async (req, res) => res.end(await text(req)))
  const first = await connect(begin)
  const later = await connect(get('/'))
  await later.until(/200 OK/)
  const both = [first, later.send(begin)]
  await seconds(Promise.all(both.map(({ ended }) => ended)), () => both.forEach((slow) => void slow.send(more())))
  for (const connection of both) {
    expect(connection.text).toMatch(/HTTP\/1\.1 408 .*"code":"request-timeout"[^\n]*$/s)
  }
  expect(counted()).toMatch(phase === 'head' ? /headers too slow: 2/ : /body too slow: 2/)
})

test('a head that stops: a 408 on a new connection, an end on one that has had its answer', async () => {
  holdTime()
  const { connect } = await open((_, res) => res.end(), { timeouts: { ...TIMEOUTS, idle: 100 } })
  const later = await connect(get('/'))
  await later.until(/200 OK/)
  later.send('GET / HTTP/1.1\r\n')
  const fresh = await connect('GET / HTTP/1.1\r\n')
  await seconds(Promise.all([later.ended, fresh.ended]))
  expect(await fresh.ended).toBe('end')
  expect(fresh.text).toMatch(/"code":"request-timeout"/)
  expect(await later.ended).toBe('end')
})

test('a body that moves is not cut, however long it takes', async () => {
  holdTime()
  const { connect } = await open(async (req, res) => res.end(`got ${(await text(req)).length}`))
  // Four times as long as it may stand still, and a little faster than it has to come.
  const [pieces, size] = [(4 * TIMEOUTS.body) / 1000, MIN_BODY_RATE + 10]
  const connection = await connect(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${pieces * size}\r\n\r\n`)
  let left = pieces
  const answer = connection.until(/got \d+/)
  await seconds(answer, () => void connection.send(left-- > 0 ? 'x'.repeat(size) : ''))
  expect(await answer).toMatch(/^HTTP\/1\.1 200/)
  expect(await answer).toMatch(new RegExp(`got ${pieces * size}$`))
})

test('a connection on which nothing is asked, or nothing more, is closed without a word', async () => {
  holdTime()
  const { connect } = await open((_, res) => res.end('answered'), { timeouts: { ...TIMEOUTS, idle: 100 } })
  const unused = await connect()
  const idle = await connect(get('/'))
  await seconds(unused.ended)
  expect(await unused.ended).toBe('end')
  expect(unused.text).toBe('')
  expect(await idle.ended).toBe('end')
  expect(statuses(idle.text)).toEqual([200])
})

test.each([
  ['asks for nothing more', ''],
  ['goes on sending', 'x'],
])('an answer that nobody reads ends its connection, also of a client that %s', async (_, piece) => {
  const closed: Promise<unknown>[] = []
  holdTime()
  const { connect, counted } = await open((req, res) => {
    closed.push(once(req.socket, 'close'))
    res.end(Buffer.alloc(50_000_000))
  })
  const connection = await connect()
  connection.stopReading().send(get('/'))
  await until(() => closed.length === 1)
  await seconds(Promise.all(closed), () => void connection.send(piece))
  expect(counted()).toMatch(/answer not read: 1/)
})

test('an answer that is read slowly is not cut off, though it is one large write', async () => {
  holdTime()
  const SIZE = 40_000_000
  const { connect, counted } = await open((_, res) => res.end(Buffer.alloc(SIZE)))
  const connection = (await connect()).send(get('/'))
  let rests = 0
  for (; connection.text.length < SIZE; rests += 1) {
    connection.stopReading()
    vi.advanceTimersByTime(TIMEOUTS.answer / 3)
    const before = connection.text.length
    connection.resumeReading()
    await until(() => connection.text.length > Math.min(before + 4_000_000, SIZE - 1))
  }
  expect(rests).toBeGreaterThan(6)
  expect(counted()).toBe('')
})

test('a connection stays open while the server takes its time over an answer', async () => {
  holdTime()
  const { waiting, handler } = pendingRequests()
  const { connect } = await open(handler)
  const connection = await connect(get('/'))
  await until(() => waiting.length === 1)
  vi.advanceTimersByTime(TIMEOUTS.answer * 3)
  waiting[0]?.end('at last')
  expect(await connection.until(/at last/)).toMatch(/^HTTP\/1\.1 200/)
})

test('when the server closes, connections on which nothing is asked end at once, and what is being asked is answered', async () => {
  const { waiting, handler } = pendingRequests()
  const { connect, server } = await open(handler)
  const idle = await connect(get('/'))
  await until(() => waiting.length === 1)
  waiting.shift()?.end('done')
  await idle.until(/done/)
  const unused = await connect()
  const asking = await connect(get('/'))
  await until(() => waiting.length === 1)
  // A grace that is longer than this test may take.
  const closed = server.close(600_000)
  for (const connection of [idle, unused]) expect(await connection.ended).toBe('end')
  waiting[0]?.end('answered')
  expect(await asking.until(/answered/)).toMatch(/^HTTP\/1\.1 200/)
  await closed
})

const host = 'Host: a\r\n'

test.each<[string, string, number, string]>([
  ['something other than HTTP', '\x16\x03\x01\x02\r\n\r\n', 400, 'malformed-request'],
  ['HTTP/0.9', 'GET /\r\n\r\n', 400, 'malformed-request'],
  ['HTTP/2', `GET / HTTP/2.0\r\n${host}\r\n`, 505, 'http-version-not-supported'],
  ['an HTTP/2 preface', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400, 'malformed-request'],
  ['no Host', 'GET / HTTP/1.1\r\n\r\n', 400, 'malformed-request'],
  ['two Hosts', `GET / HTTP/1.1\r\n${host}Host: b\r\n\r\n`, 400, 'malformed-request'],
  ['the same Host twice', `GET / HTTP/1.1\r\n${host}hOST: a\r\n\r\n`, 400, 'malformed-request'],
  ['two Hosts in HTTP/1.0', `GET / HTTP/1.0\r\n${host}${host}\r\n`, 400, 'malformed-request'],
  [
    'a second Host past many headers',
    `GET / HTTP/1.1\r\n${host}${'a:\r\n'.repeat(3000)}${host}\r\n`,
    431,
    'headers-too-large',
  ],
  ['an invalid Host', 'GET / HTTP/1.1\r\nHost: a/b\r\n\r\n', 400, 'malformed-request'],
  ['two lengths', `POST / HTTP/1.1\r\n${host}Content-Length: 1\r\nContent-Length: 2\r\n\r\n`, 400, 'malformed-request'],
  [
    'a length and chunks',
    `POST / HTTP/1.1\r\n${host}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n`,
    400,
    'malformed-request',
  ],
  ['a bad chunk', `POST / HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\nzz\r\n`, 400, 'malformed-request'],
  [
    'a long chunk extension',
    `POST / HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n1;${'a'.repeat(20_000)}\r\n`,
    413,
    'body-too-large',
  ],
  ['a long header', `GET / HTTP/1.1\r\n${host}X: ${'a'.repeat(20_000)}\r\n\r\n`, 431, 'headers-too-large'],
  ['a long target', `GET /${'a'.repeat(20_000)} HTTP/1.1\r\n${host}\r\n`, 431, 'headers-too-large'],
  ['101 headers', `GET / HTTP/1.1\r\n${host}${'a:\r\n'.repeat(100)}\r\n`, 431, 'headers-too-large'],
  ['an unknown expectation', `GET / HTTP/1.1\r\n${host}Expect: x\r\n\r\n`, 417, 'expectation-failed'],
  ['CONNECT', `CONNECT a:1 HTTP/1.1\r\n${host}\r\n`, 501, 'not-implemented'],
])('%s is refused with a problem, and reaches no handler', async (_, sent, status, code) => {
  let handled = 0
  const { connect, counted } = await open(async (req, res) => {
    await text(req).catch(() => {})
    handled += res.writableEnded ? 0 : 1
    res.end()
  })
  const connection = await connect(sent)
  expect(await connection.ended).toBe('end')
  const [head = '', body = ''] = connection.text.split('\r\n\r\n')
  expect(statuses(head)).toEqual([status])
  expect(JSON.parse(body)).toMatchObject({ status, code })
  expect(head).toMatch(/^content-type: application\/problem\+json$/im)
  expect(head).toMatch(/^x-content-type-options: nosniff$/im)
  expect(head).toMatch(/^cache-control: no-store$/im)
  expect(head).toMatch(/^connection: close$/im)
  expect(handled).toBe(0)
  expect(counted()).toMatch(code === 'headers-too-large' ? /: headers too large: 1$/ : /: malformed request: 1$/)
})

test('who opens an address that is too long is told what to do by a page, and a program by a problem', async () => {
  const { connect } = await open((_, res) => res.end())
  const ask = async (accept: string) => {
    const connection = await connect(`GET /new?q=${'a'.repeat(20_000)} HTTP/1.1\r\n${host}Accept: ${accept}\r\n\r\n`)
    expect(await connection.ended).toBe('end')
    const [head = '', body = ''] = connection.text.split('\r\n\r\n')
    expect(statuses(head)).toEqual([431])
    return { type: /^content-type: (.*)$/im.exec(head)?.[1], body }
  }
  const page = await ask('text/html,application/xhtml+xml,*/*;q=0.8')
  expect(page).toMatchObject({
    type: 'text/html; charset=utf-8',
    body: expect.stringContaining('fewer or shorter choices'),
  })
  expect((await ask('application/json')).type).toBe('application/problem+json')
})

const aaa = 'a'.repeat(10_000)

test.each([
  ['the rest of the address', `GET /new?q=${aaa}`, aaa, 'text/html; charset=utf-8'],
  ['its end', `GET /new?q=${aaa}`, `${aaa} HTTP/1.1\r\n${host}`, 'text/html; charset=utf-8'],
  ['a program', `GET /new?q=${aaa}`, `${aaa} HTTP/1.1\r\n${host}Accept: */*\r\n`, 'application/problem+json'],
  ['a long header', `GET / HTTP/1.1\r\n${host}X: ${aaa}`, `${aaa} ${aaa}`, 'application/problem+json'],
])('what is too long is answered as well where its second part has %s', async (_, first, second, type) => {
  const sockets: Socket[] = []
  const { connect } = await open(({ socket }, res) => {
    sockets.push(socket)
    res.end('served')
  })
  const connection = await connect(get('/'))
  await connection.until(/served/)
  const read = sockets[0]?.bytesRead ?? 0
  connection.send(first)
  await until(() => sockets[0]?.bytesRead === read + first.length)
  connection.send(second)
  expect(await connection.ended).toBe('end')
  expect(statuses(connection.text)).toEqual([200, 431])
  expect(/431.*?^content-type: (.*?)$/ims.exec(connection.text)?.[1]).toBe(type)
})

test.each([
  ['a name and a port', 'polls.example.com:3000'],
  ['an IPv6 address', '[::1]:3000'],
  ['nothing', ''],
])('a Host that is %s is taken', async (_, value) => {
  const { connect } = await open((_, res) => res.end('served'))
  await (await connect(`GET / HTTP/1.1\r\nHost: ${value}\r\n\r\n`)).until(/served/)
})

test('nothing that clients send is logged, only how often they did something wrong', async () => {
  const { connect, counted } = await open(async (req, res) => res.end(await text(req)))
  const secret = 'Cookie: secret\r\n'
  for (let index = 0; index < 3; index += 1) {
    await (await connect(`GET / HTTP/1.1\r\n${secret}\r\nrest`)).ended
    const leaving = await connect(`POST / HTTP/1.1\r\n${host}${secret}Content-Length: 100\r\n\r\nsec`)
    await (await connect(get('/'))).until(/200 OK/)
    leaving.leave()
  }
  const left = () =>
    [...counted().matchAll(/middle of a request: (\d)/g)].reduce((sum, [, count]) => sum + Number(count), 0)
  await until(() => left() === 3)
  expect(counted()).toMatch(/malformed request: \d/)
  expect(counted()).not.toMatch(/secret|cookie|Error|\.[jt]s:/i)
})

test('when there are as many connections as may be, the one that has been idle longest makes room for a new one', async () => {
  let refused = 0
  const { connect } = await open(({ url }, res) => res.end(`served ${url}`), {
    maxConnections: 3,
    onRefused: () => (refused += 1),
    timeouts: { ...TIMEOUTS, idleWhenFull: 0 },
  })
  const ask = (connection: RawConnection, path: string) =>
    connection.send(get(path)).until(new RegExp(`served ${path}$`))
  const [first, second, third] = [await connect(), await connect(), await connect()]
  for (const connection of [first, second, third]) await ask(connection, '/once')
  await ask(first, '/again')

  const fourth = await connect()
  await ask(fourth, '/new')
  expect(await second.ended).toBe('end')
  for (const connection of [third, first, fourth]) await ask(connection, '/still-open')

  for (let index = 0; index < 20; index += 1) await ask(await connect(), '/new')
  expect(refused).toBe(0)
})

test('a connection that has just been used is not closed for a new one', async () => {
  let refused = 0
  const { connect } = await open((_, res) => res.end('served'), {
    maxConnections: 1,
    onRefused: () => (refused += 1),
  })
  const used = await connect(get('/'))
  await used.until(/served/)
  await (await connect(get('/'))).ended
  expect(refused).toBe(1)
  await used.send(get('/')).until(/served.*served/s)
})

test('when none of them is idle, a new connection is closed at once, and one is accepted again when another has gone', async () => {
  const sockets: Socket[] = []
  let refused = 0
  const { connect } = await open(
    ({ url, socket }, res) => {
      sockets.push(socket)
      if (url === '/stream') takeSocket(res, {})
      if (url === '/answered') res.end('served')
      return once(res, 'close')
    },
    { maxConnections: 4, onRefused: () => (refused += 1), timeouts: { ...TIMEOUTS, idleWhenFull: 0 } },
  )
  const next = await connect(get('/answered'))
  await next.until(/served/)
  next.send('GET /answered HTTP/1.1\r\n')
  const read = sockets[0]?.bytesRead ?? 0
  await until(() => (sockets[0]?.bytesRead ?? 0) > read)
  const unused = await connect()
  await connect(get('/stream'))
  await connect(get('/waiting'))
  await until(() => sockets.length === 3)

  for (let index = 0; index < 20; index += 1) await (await connect()).ended
  expect(refused).toBe(20)
  await next.send('Host: a\r\n\r\n').until(/served.*served/s)
  unused.leave()
  await until(async () => {
    const connection = await connect(get('/answered'))
    return connection.until(/served/).catch(() => false)
  })
})
