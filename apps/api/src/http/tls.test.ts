import { copyFileSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { text } from 'node:stream/consumers'
import { connect } from 'node:tls'
import { createdPollSchema } from '@pollcast/shared/room'
import { routes } from '@pollcast/shared/routes'
import { expect, onTestFinished, test, vi } from 'vitest'
import { openApp, type RunningApp } from '../../testing/app.ts'
import { certificateFiles } from '../../testing/certificate.ts'
import { withTicks } from '../../testing/clock.ts'
import { Http2Client } from '../../testing/http2-client.ts'
import { until } from '../../testing/until.ts'
import { followCertificate } from '../compose/follow-certificate.ts'
import { readTlsFiles } from '../config/tls-files.ts'
import { silent } from '../lib/log.ts'
import { Http2Writer } from '../live/http2-writer.ts'

const POLL = { question: 'Tea?', choices: ['Yes', 'No'] }

const openTls = async () => {
  const app = await openApp({ tls: certificateFiles().paths })
  const client = new Http2Client(app.url)
  const { text: body } = await client.post(routes.polls, POLL).done()
  const { poll } = createdPollSchema.parse(JSON.parse(body))
  return { app, client, poll, choiceId: poll.choices[0]?.id ?? 0 }
}

/** Asks over HTTP/1.1. */
const ask = async ({ port }: RunningApp, path: string, method = 'GET', body = '') => {
  const headers = { 'Content-Type': 'application/json' }
  const options = { host: '127.0.0.1', port, path, method, headers, rejectUnauthorized: false, agent: false }
  const answer = await new Promise<import('node:http').IncomingMessage>((resolve, reject) => {
    request(options, resolve).on('error', reject).end(body)
  })
  return { status: answer.statusCode, headers: answer.headers, text: await text(answer) }
}

/** A stream over HTTP/1.1. */
const streamOverHttp1 = ({ port }: RunningApp, path: string) => {
  const stream = { text: '', ended: false }
  const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false, ALPNProtocols: ['http/1.1'] })
  socket.setEncoding('utf8').on('data', (data) => {
    stream.text += data
  })
  socket.on('end', () => {
    stream.ended = true
  })
  socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`)
  onTestFinished(() => void socket.destroy())
  return stream
}

/** The events after the first, which tells the time. */
const updatesOf = (stream: { text: string }) => stream.text.slice(stream.text.indexOf('event: update'))

test('over HTTP/2 and HTTP/1.1 votes are counted, cookies are secure, and browsers are told to stay with https', async () => {
  const { app, client, poll, choiceId } = await openTls()
  const vote = { choiceIds: [choiceId] }
  const first = await client.post(routes.votes(poll.id), vote).done()
  const second = await ask(app, routes.votes(poll.id), 'POST', JSON.stringify(vote))
  expect([first.status, second.status]).toEqual([201, 201])
  for (const { headers } of [first, second]) {
    expect(headers['strict-transport-security']).toMatch(/max-age=\d{8}/)
    expect(headers['set-cookie']?.[0]).toMatch(/^__Host-pollcast-.*; Secure$/)
  }
  const cookie = first.headers['set-cookie']?.[0]?.split(';')[0]
  const again = await client.post(routes.votes(poll.id), vote, { cookie }).done()
  expect(JSON.parse(again.text)).toMatchObject({ totalVotes: 2 })
  expect((await ask(app, routes.poll(poll.id))).text).toContain('"totalVotes":2')
  const origin = await client.post(routes.votes(poll.id), vote, { origin: app.url }).done()
  expect(origin.status).toBe(201)
  const foreign = await client.post(routes.votes(poll.id), vote, { origin: 'https://evil.example' }).done()
  expect(foreign.status).toBe(403)
})

test('streams over HTTP/2, many on one connection, and over HTTP/1.1 show the very same events', async () => {
  const { app, client, poll, choiceId } = await openTls()
  const path = routes.stream(poll.id)
  const streams = [...Array.from({ length: 50 }, () => client.send(path)), streamOverHttp1(app, path)]
  await until(() => streams.every((stream) => stream.text.includes('event: snapshot')))
  for (let votes = 1; votes <= 3; votes += 1) {
    await client.post(routes.votes(poll.id), { choiceIds: [choiceId] }).done()
    await until(() => streams.every((stream) => stream.text.includes(`"totalVotes":${votes}`)))
  }
  await until(() => streams.every((stream) => stream.text.endsWith('\n\n')))
  expect(new Set(streams.map(updatesOf)).size).toBe(1)
  const head = await client.send(path, { ':method': 'HEAD' }).done()
  expect([head.status, head.headers['content-type']]).toEqual([200, 'text/event-stream'])
})

test('a frame is the same Buffer for every stream over HTTP/2', async () => {
  const { client, poll, choiceId } = await openTls()
  const streams = Array.from({ length: 20 }, () => client.send(routes.stream(poll.id)))
  for (const stream of streams) await stream.until(/event: snapshot[\s\S]*\n\n/)
  const write = vi.spyOn(Http2Writer.prototype, 'write')
  onTestFinished(() => write.mockRestore())
  await client.post(routes.votes(poll.id), { choiceIds: [choiceId] }).done()
  for (const stream of streams) await stream.until(/event: update[\s\S]*\n\n/)
  expect(write.mock.calls.length).toBe(20)
  expect(new Set(write.mock.calls.map(([bytes]) => bytes)).size).toBe(1)
})

test('over HTTP/2 a reader that stops gets the newest when it reads again; the others on its connection don’t wait', async () => {
  const { client, poll, choiceId } = await openTls()
  const [slow, fast] = [client.send(routes.stream(poll.id)), client.send(routes.stream(poll.id))]
  for (const stream of [slow, fast]) await stream.until(/event: snapshot[\s\S]*\n\n/)
  slow.stream.pause()
  const votes = 400
  for (let vote = 1; vote <= votes; vote += 1) {
    await client.post(routes.votes(poll.id), { choiceIds: [choiceId] }).done()
  }
  await fast.until(new RegExp(`"totalVotes":${votes}`))
  slow.stream.resume()
  await slow.until(new RegExp(`"totalVotes":${votes}`))
  const events = (stream: { text: string }) => stream.text.match(/^event: update/gm)?.length ?? 0
  expect(events(slow)).toBeLessThan(events(fast))
})

test('at the end of the server a stream over HTTP/2 is told when to come back too', async () => {
  const { app, client, poll } = await openTls()
  const stream = client.send(routes.stream(poll.id))
  await stream.until(/event: snapshot[\s\S]*\n\n/)
  const closed = app.close()
  await stream.until(/\nevent: end\nretry: \d+\ndata: {"reason":"shutdown"}\n\n$/)
  await closed
  expect((await stream.done()).ended).toBe('end')
})

test('a client that leaves, with its whole connection or one stream, frees its streams', async () => {
  const { app, client, poll, choiceId } = await openTls()
  const leaver = new Http2Client(app.url)
  const streams = [leaver, leaver, client].map((one) => one.send(routes.stream(poll.id)))
  for (const stream of streams) await stream.until(/event: snapshot[\s\S]*\n\n/)
  streams[2]?.stream.close()
  leaver.session.destroy()
  await until(() => streams.every(({ ended }) => ended))
  expect((await client.post(routes.votes(poll.id), { choiceIds: [choiceId] }).done()).status).toBe(201)
  expect(app.errors).toEqual([])
})

/** The name in the certificate that a new connection is shown. */
const shownBy = (port: number) =>
  new Promise<string>((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false, ALPNProtocols: ['h2'] }, () => {
      resolve(String(socket.getPeerCertificate().subject.CN))
      socket.destroy()
    })
    socket.on('error', reject)
  })

test('a certificate that is replaced is used for new connections, once both files belong together', async () => {
  const [old, renewed] = [certificateFiles('old'), certificateFiles('renewed')]
  const used: string[] = []
  const logged: unknown[] = []
  const log = { ...silent, error: (problem: unknown) => void logged.push(problem) }
  const server = { setCertificate: ({ cert }: { cert: string }) => void used.push(cert) }
  const current = readTlsFiles(old.paths)
  onTestFinished(followCertificate(old.paths, current, server, log, 5))
  copyFileSync(renewed.paths.cert, old.paths.cert)
  await until(() => logged.length === 1)
  expect(logged[0]).toMatch(/^TLS_KEY: the key in .* is not that of .* The server goes on/)
  copyFileSync(renewed.paths.key, old.paths.key)
  await until(() => used.length === 1)
  expect(used).toEqual([renewed.cert])
})

test('a running server shows the new certificate', async () => {
  const [old, renewed] = [certificateFiles('old'), certificateFiles('renewed')]
  const { opened: app, tick } = await withTicks(() => openApp({ tls: old.paths }))
  expect(await shownBy(app.port)).toBe('old')
  copyFileSync(renewed.paths.cert, old.paths.cert)
  copyFileSync(renewed.paths.key, old.paths.key)
  tick()
  await until(async () => (await shownBy(app.port)) === 'renewed')
})

test('streams go on when the certificate is replaced, over HTTP/2 and HTTP/1.1, and new connections get the new one', async () => {
  const [old, renewed] = [certificateFiles('old'), certificateFiles('renewed')]
  const { opened: app, tick } = await withTicks(() => openApp({ tls: old.paths }))
  const client = new Http2Client(app.url)
  const { poll } = createdPollSchema.parse(JSON.parse((await client.post(routes.polls, POLL).done()).text))
  const path = routes.stream(poll.id)
  const streams = [client.send(path), streamOverHttp1(app, path)]
  const show = (votes: number) => until(() => streams.every(({ text: sent }) => sent.includes(`"totalVotes":${votes}`)))
  await show(0)
  copyFileSync(renewed.paths.cert, old.paths.cert)
  copyFileSync(renewed.paths.key, old.paths.key)
  tick()
  await until(async () => (await shownBy(app.port)) === 'renewed')
  const vote = { choiceIds: [poll.choices[0]?.id ?? 0] }
  await client.post(routes.votes(poll.id), vote).done()
  await show(1)
  await new Http2Client(app.url).post(routes.votes(poll.id), vote).done()
  await show(2)
  expect(streams.map(({ ended }) => Boolean(ended))).toEqual([false, false])
})

test('files that can’t be used are refused at the start, and the message names the setting and the reason', () => {
  const [one, other] = [certificateFiles(), certificateFiles()]
  const text = certificateFiles()
  writeFileSync(text.paths.cert, 'nothing')
  writeFileSync(text.paths.key, 'nothing')
  const refusals: [{ cert: string; key: string }, RegExp][] = [
    [{ cert: '/no/such', key: one.paths.key }, /^TLS_CERT: \/no\/such can't be read: ENOENT/],
    [{ cert: one.paths.cert, key: '/no/such' }, /^TLS_KEY: \/no\/such can't be read: ENOENT/],
    [{ cert: text.paths.cert, key: one.paths.key }, /^TLS_CERT: .* has no certificate in PEM/],
    [{ cert: one.paths.cert, key: text.paths.key }, /^TLS_KEY: .* has no private key in PEM/],
    [{ cert: one.paths.cert, key: other.paths.key }, /^TLS_KEY: the key in .* is not that of the first certificate/],
  ]
  for (const [paths, message] of refusals) expect(() => readTlsFiles(paths)).toThrow(message)
})
