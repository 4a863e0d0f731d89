import { routes } from '@pollcast/shared/routes'
import { seenSchema } from '@pollcast/shared/seen'
import { expect, test } from 'vitest'
import { readAs } from '../../../testing/answer.ts'
import { openApp } from '../../../testing/app.ts'

const FORWARDED = { 'X-Forwarded-For': '203.0.113.7', 'X-Forwarded-Proto': 'https', 'X-Forwarded-Host': 'my.host' }

test('a request shows what the server sees of it, with the headers of a trusted proxy', async () => {
  const app = await openApp({ trustProxy: 1 })
  const seen = await readAs(seenSchema, 200, await fetch(app.url + routes.seen, { headers: FORWARDED }))
  expect(seen).toMatchObject({
    scheme: 'https',
    host: 'my.host',
    httpVersion: '1.1',
    forwardedFor: true,
    trusted: true,
  })
})

test('the headers of a proxy that is not trusted are not believed, and no address is told', async () => {
  const app = await openApp()
  const answer = await fetch(app.url + routes.seen, { headers: FORWARDED })
  expect(answer.headers.get('cache-control')).toBe('no-store')
  const seen = await readAs(seenSchema, 200, answer)
  expect(seen).toMatchObject({ scheme: 'http', host: new URL(app.url).host, forwardedFor: true, trusted: false })
  expect(JSON.stringify(seen)).not.toContain('203.0.113.7')
})
