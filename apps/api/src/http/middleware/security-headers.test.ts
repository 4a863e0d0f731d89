import { routes } from '@pollcast/shared/routes'
import { expect, test } from 'vitest'
import { openApp } from '../../../testing/app.ts'
import { get, RawConnection } from '../../../testing/raw-connection.ts'
import { createPoll, form, json } from '../../../testing/voter.ts'
import { webBuild } from '../../../testing/web-build.ts'

const PAGE = { headers: { Accept: 'text/html' } }

const policyOf = (headers: Headers) => {
  const directives = (headers.get('Content-Security-Policy') ?? '').split(';')
  return new Map(directives.map((directive) => directive.trim().split(/\s+(.*)/, 2) as [string, string]))
}

const expectHeaders = (headers: Headers, what: string) => {
  const told = Object.fromEntries(headers)
  expect(told, what).toMatchObject({
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'same-origin',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': expect.stringMatching(/camera=\(\).*geolocation=\(\).*microphone=\(\)/),
  })
  expect(headers.has('strict-transport-security'), what).toBe(false)
  expect(policyOf(headers).get('frame-ancestors'), what).toBe("'none'")
  expect(policyOf(headers).get('default-src'), what).toBe("'none'")
}

test('a page may not be framed, and may not load from, send to or connect to other origins', async () => {
  const { url } = await openApp({ webRoot: webBuild() })
  for (const path of ['/', '/new', '/polls/tabspace', '/polls/zzzzzzzz', '/nothing']) {
    const { headers } = await fetch(url + path, PAGE)
    expectHeaders(headers, path)
    expect(Object.fromEntries(policyOf(headers))).toEqual({
      'default-src': "'none'",
      'script-src': "'self'",
      'style-src': "'self'",
      'img-src': "'self' blob:",
      'font-src': "'self'",
      'connect-src': "'self'",
      'manifest-src': "'self'",
      'form-action': "'self'",
      'base-uri': "'none'",
      'frame-ancestors': "'none'",
    })
  }
})

test('every answer that is not a page says that it is not one', async () => {
  const { url } = await openApp({ webRoot: webBuild() })
  const { poll } = await createPoll(url)
  const votes = routes.votes(poll.id)
  const etag = (await fetch(url + routes.poll(poll.id))).headers.get('ETag') as string
  const answers: [string, RequestInit?][] = [
    [routes.polls],
    [routes.poll(poll.id)],
    [routes.poll(poll.id), { headers: { 'If-None-Match': etag, 'Cache-Control': 'max-age=0' } }],
    [routes.poll(poll.id), { method: 'HEAD' }],
    [votes, json({ choiceIds: [poll.choices[0]?.id] })],
    [votes, { ...form(`choice=${poll.choices[0]?.id}`), redirect: 'manual' }],
    [votes, json({})],
    [votes, { method: 'PUT' }],
    [votes, { method: 'OPTIONS' }],
    ['/api/nothing'],
    [`/?${'x'.repeat(2000)}`],
    [votes, { ...json({}), headers: { Origin: 'https://evil.example.org' } }],
    ['/assets/index-1a2b.js'],
    ['/favicon.svg'],
    ['/nothing'],
  ]
  for (const [path, init] of answers) {
    const { headers, status } = await fetch(url + path, init)
    expectHeaders(headers, `${status} ${path}`)
    expect(policyOf(headers).size).toBe(2)
  }
})

test('a stream has them too', async () => {
  const { port } = await openApp()
  for (const path of [routes.stream('tabspace'), routes.streamOf(['tabspace', 'vvsemacs'])]) {
    const stream = await RawConnection.open(port)
    const text = await stream.send(get(path)).until(/\n\n$/)
    const head = text.slice(0, text.indexOf('\r\n\r\n')).split('\r\n').slice(1)
    expectHeaders(new Headers(head.map((line) => line.split(/: (.*)/, 2) as [string, string])), path)
  }
})

test('over https, browsers are told to use only https', async () => {
  const { url } = await openApp({ trustProxy: 1, webRoot: webBuild() })
  for (const path of ['/', routes.polls, '/favicon.svg', '/api/nothing']) {
    const { headers } = await fetch(url + path, { headers: { 'X-Forwarded-Proto': 'https' } })
    expect(headers.get('Strict-Transport-Security')).toBe('max-age=31536000')
  }
})

test('in development a page may load what Vite adds to it, and may not be framed', async () => {
  const { url } = await openApp({ webDev: true })
  const { headers } = await fetch(`${url}/`, PAGE)
  expect(headers.get('Content-Security-Policy')).toBe("frame-ancestors 'none'")
})
