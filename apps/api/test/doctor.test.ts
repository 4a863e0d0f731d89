import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { MAIN } from '../testing/built-server.ts'
import { certificateFiles } from '../testing/certificate.ts'
import { freePort } from '../testing/free-port.ts'
import { openNginx } from '../testing/nginx.ts'
import { ServerProcess } from '../testing/server-process.ts'
import { SettableClock } from '../testing/settable-clock.ts'
import { tempFolder } from '../testing/temp-folder.ts'

/** Runs the command; the certificates of tests are trusted. */
async function doctor(args: string[], ca = ''): Promise<{ code: number; output: string }> {
  const child = spawn(process.execPath, [MAIN, 'doctor', ...args], {
    env: { ...process.env, ...(ca && { NODE_EXTRA_CA_CERTS: ca }) },
  })
  onTestFinished(() => void child.kill())
  let output = ''
  for (const from of [child.stdout, child.stderr]) {
    from.setEncoding('utf8').on('data', (text) => {
      output += text
    })
  }
  const [code] = await once(child, 'close')
  return { code, output }
}

/** A Pollcast with the polls of the demo. */
const openPollcast = async (environment: Record<string, string> = {}): Promise<string> => {
  const DATABASE_URL = `sqlite:${join(tempFolder(), 'polls.sqlite')}`
  const server = new ServerProcess({ DATABASE_URL, TRUST_PROXY: 'on', ...environment })
  const [url] = await server.until(/https?:\/\/127\.0\.0\.1:\d+/)
  return url
}

const HOST = 'proxy_set_header Host $http_host;'
const FOR = 'proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;'
const PROTO = 'proxy_set_header X-Forwarded-Proto $scheme;'
const VERSION = 'proxy_http_version 1.1;'
const GOOD = [VERSION, HOST, FOR, PROTO].join(' ')

test('nginx as docs/deploy.md has it, with TLS and HTTP/2: nothing is in the way', async () => {
  const tls = certificateFiles().paths
  const url = await openNginx({ to: await openPollcast(), location: GOOD, tls })
  const { code, output } = await doctor([url, '--quick'], tls.cert)
  expect(output).toContain('behind nginx')
  expect(output).toMatch(/\nok {4}HTTP to browsers h2\n/)
  expect(output).toContain('Nothing is in the way.')
  expect(code).toBe(0)
})

test('a Pollcast with a certificate of its own, and no proxy: nothing is in the way', async () => {
  const { paths } = certificateFiles()
  const url = await openPollcast({ TLS_CERT: paths.cert, TLS_KEY: paths.key, TRUST_PROXY: 'off' })
  const { code, output } = await doctor([url, '--quick'], paths.cert)
  expect(output).toContain('Nothing is in the way.')
  expect(code).toBe(0)
})

const misconfigured: [string, { location: string; http?: string; pollcast?: Record<string, string> }, RegExp[]][] = [
  [
    'buffers streams',
    { location: `${GOOD} proxy_ignore_headers X-Accel-Buffering;` },
    [/WRONG first event {6}not within 4 s\n +change: proxy_buffering off;/],
  ],
  [
    'compresses streams',
    { location: GOOD, http: 'gzip on; gzip_types text/event-stream; gzip_min_length 0; gzip_proxied any;' },
    [/WRONG compression {6}gzip\n +change: take text\/event-stream out of gzip_types/],
  ],
  [
    'sends none of the headers',
    { location: VERSION },
    [
      /WRONG host {13}.*\n +change: proxy_set_header Host \$http_host;/,
      /WRONG scheme {11}http\n +change: proxy_set_header X-Forwarded-Proto \$scheme;/,
      /WRONG client address {3}not passed on\n +change: proxy_set_header X-Forwarded-For /,
    ],
  ],
  [
    'speaks HTTP/1.0 to Pollcast',
    { location: [HOST, FOR, PROTO].join(' ') },
    [/WRONG HTTP to Pollcast 1\.0\n +change: proxy_http_version 1\.1;/],
  ],
  [
    'changes the headers of streams',
    { location: `${GOOD} proxy_hide_header Cache-Control; add_header Cache-Control "max-age=60";` },
    [/WRONG stream headers {3}.*max-age=60\n/],
  ],
  [
    'is not trusted',
    { location: GOOD, pollcast: { TRUST_PROXY: 'off' } },
    [/WRONG client address {3}passed on, and not believed\n +change: start Pollcast with TRUST_PROXY=on/],
  ],
]

test.each(misconfigured)('nginx that %s is found out, with the line to change', async (_, how, expected) => {
  const tls = certificateFiles().paths
  const { pollcast, ...config } = how
  const url = await openNginx({ to: await openPollcast(pollcast), tls, ...config })
  const { code, output } = await doctor([url, '--quick'], tls.cert)
  for (const line of expected) expect(output).toMatch(line)
  expect(code).toBe(1)
})

/** A Pollcast under a path, as nginx passes it on. */
const openUnderPath = async (location: { path: string; to: string }, publicPath: string) => {
  const tls = certificateFiles().paths
  const port = await freePort()
  const url = await openNginx({ ...location, to: `http://127.0.0.1:${port}${location.to}`, location: GOOD, tls })
  await openPollcast({ PORT: String(port), PUBLIC_URL: url + publicPath })
  return doctor([url + location.path, '--quick'], tls.cert)
}

test('under a path that nginx passes on, nothing is in the way', async () => {
  const { code, output } = await openUnderPath({ path: '/polls/', to: '' }, '/polls')
  expect(output).toMatch(/\nok {4}path {13}\/polls\n/)
  expect(output).toContain('Nothing is in the way.')
  expect(code).toBe(0)
})

test('a path that nginx takes off, or that PUBLIC_URL lacks, is found out', async () => {
  const takenOff = await openUnderPath({ path: '/live/', to: '/' }, '/live')
  expect(takenOff.output).toMatch(
    /WRONG path {13}\/live is taken off\n +change: proxy_pass http:\/\/127\.0\.0\.1:3000; {2}without/,
  )
  const unknown = await openUnderPath({ path: '/live/', to: '/' }, '')
  expect(unknown.output).toMatch(/WRONG path {13}Pollcast is at the root\n +change: start Pollcast with PUBLIC_URL/)
  expect([takenOff.code, unknown.code]).toEqual([1, 1])
})

test('nginx in the clear that cuts silent streams is found out by waiting', async () => {
  const url = await openNginx({ to: await openPollcast(), location: `${GOOD} proxy_read_timeout 3s;` })
  const { code, output } = await doctor([url])
  expect(output).toMatch(/WRONG silence {10}cut after 3 s\n +change: proxy_read_timeout 60s;/)
  expect(output).toMatch(/WRONG HTTP to browsers 1\.1, in the clear\n/)
  expect(code).toBe(1)
})

test('what is no Pollcast, or is not there, is said in a line', async () => {
  const nothing = await doctor(['http://127.0.0.1:9'])
  expect(nothing.output).toMatch(/^There is no answer from http:\/\/127\.0\.0\.1:9: .*ECONNREFUSED.*\n$/)
  expect(nothing.code).toBe(1)
  const usage = await doctor(['my.host'])
  expect(usage.output).toContain('Name one address, such as https://my.host.')
  expect(usage.code).toBe(2)
})

/** The address of a server of this test's own. */
async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1')
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** Before a Pollcast, a proxy that does this to streams. */
async function behind(pass: (stream: IncomingMessage, res: ServerResponse) => void): Promise<string> {
  const { port } = new URL(await openPollcast())
  return serve((req, res) => {
    const onward = request({ host: '127.0.0.1', port, path: req.url, headers: req.headers }, (answer) => {
      if (req.url?.endsWith('/stream')) pass(answer, res)
      else answer.pipe(res.writeHead(answer.statusCode ?? 502, answer.headers))
    })
    res.on('close', () => onward.destroy())
    onward.on('error', () => res.destroy()).end()
  })
}

test('what answers in place of Pollcast is told by what it does', async () => {
  const redirecting = await serve(
    (req, res) => void res.writeHead(301, { Location: `https://my.host${req.url}` }).end(),
  )
  const { output } = await doctor([redirecting])
  expect(output).toMatch(
    /redirects \/api\/seen to https:\/\/my\.host\/api\/seen\. Name the address that people end at\.\n$/,
  )

  const endless = await serve((_req, res) => {
    const write = (): void => void (res.write('x'.repeat(100_000)) ? setImmediate(write) : res.once('drain', write))
    write()
  })
  expect((await doctor([endless])).output).toMatch(/: an answer that is too large\n$/)

  const inTheClear = await doctor([endless.replace('http:', 'https:')])
  expect(inTheClear.output).toContain(`it does not speak TLS. Is it ${endless}?`)

  const loginPage = await behind((stream, res) => {
    stream.destroy()
    res.writeHead(200, { 'Content-Type': 'text/html' }).end('<p>Please log in</p>')
  })
  const { output: answered, code } = await doctor([loginPage, '--quick'])
  expect(answered).toBe('The stream is answered with text/html: something answers in place of Pollcast.\n')
  expect(code).toBe(1)
})

test('a proxy that lets a few bytes of a stream through is found out', async () => {
  const trickling = await behind((stream, res) => {
    res.writeHead(200, stream.headers).flushHeaders()
    stream.once('data', (bytes: Buffer) => res.write(bytes.subarray(0, 20)))
  })
  expect((await doctor([trickling, '--quick'])).output).toMatch(/WRONG first event {6}not within 4 s\n/)
})

// Half a minute of it is the silence that is waited for.
test('a proxy that lets only the first event of a stream through is found out by waiting', {
  timeout: 120_000,
}, async () => {
  const swallowing = await behind((stream, res) => {
    res.writeHead(200, stream.headers).flushHeaders()
    stream.once('data', (bytes: Buffer) => res.write(bytes))
  })
  expect((await doctor([swallowing])).output).toMatch(/WRONG silence {10}nothing after the first event for 33 s\n/)
})

test('a server whose clock is off is found out', async () => {
  const clock = await SettableClock.create()
  const url = await openPollcast(clock.environment)
  clock.set(-1)
  const { code, output } = await doctor([url, '--quick'])
  expect(output).toMatch(/WRONG server clock {5}-3[56]\d\d\.\d s from this machine's\n +change: set the clocks by NTP/)
  expect(code).toBe(1)
})
