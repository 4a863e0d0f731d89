import { limits } from '@pollcast/shared/limits'
import { routes } from '@pollcast/shared/routes'
import { expect, test } from 'vitest'
import { readProblem } from '../../../testing/answer.ts'
import { openApp } from '../../../testing/app.ts'
import { get, RawConnection } from '../../../testing/raw-connection.ts'
import { json } from '../../../testing/voter.ts'
import { webBuild } from '../../../testing/web-build.ts'

const PATHS = [
  routes.polls,
  routes.poll('tabspace'),
  routes.stream('tabspace'),
  routes.streams,
  routes.listPage,
  routes.pollPage('tabspace'),
  '/assets/index-1a2b.js',
  '/favicon.svg',
  '/api/nothing',
  '/nothing',
]

test('a query that is too long or has too many names is refused on every route', async () => {
  const { url, errors } = await openApp({ webRoot: webBuild() })
  for (const path of PATHS) {
    for (const query of ['a&'.repeat(6000), 'x'.repeat(1025), `a=${'%41'.repeat(400)}`]) {
      await readProblem('uri-too-long', await fetch(`${url}${path}?${query}`))
    }
    for (const query of ['a&'.repeat(21), '&'.repeat(20), 'a=%', 'a=%ff', 'a=%ED%A0%80', '%00', 'limit=%C3']) {
      await readProblem('invalid-query', await fetch(`${url}${path}?${query}`))
    }
  }
  await readProblem('uri-too-long', await fetch(`${url}/${'x'.repeat(3000)}`))
  for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
    await readProblem('uri-too-long', await fetch(`${url}${routes.polls}?${'a&'.repeat(6000)}`, { method }))
  }
  expect(errors).toEqual([])
})

test('the page for a new poll is served to a link that fills in as many and as long choices as a poll may have', async () => {
  const { url } = await openApp({ webRoot: webBuild() })
  const choices = Array.from({ length: limits.maxChoices }, (_, index) =>
    `${index} `.padEnd(limits.choiceLength, 'long '),
  )
  const query = new URLSearchParams({ q: '?'.repeat(limits.questionLength) })
  for (const text of choices) query.append('c', text)
  const page = await fetch(`${url}${routes.newPollPage}?${query}`)
  expect([page.status, page.headers.get('Content-Type')]).toEqual([200, 'text/html; charset=utf-8'])
})

test('a vote with such a query is not counted', async () => {
  const { url } = await openApp()
  const vote = json({ choiceIds: [1] })
  await readProblem('uri-too-long', await fetch(`${url}${routes.votes('tabspace')}?${'a&'.repeat(600)}`, vote))
  await readProblem('invalid-query', await fetch(`${url}${routes.votes('tabspace')}?${'a&'.repeat(21)}`, vote))
  expect(await (await fetch(url + routes.poll('tabspace'))).json()).toMatchObject({ totalVotes: 0 })
})

test('the longest allowed query is read, and unknown names are ignored', async () => {
  const { url } = await openApp()
  const query = `${'a=1&'.repeat(19)}limit=1`
  const answer = await fetch(`${url}${routes.polls}?${query}&`.replace('a=1&', ''))
  expect(await answer.json()).toMatchObject({ polls: [{}] })
  expect((await fetch(`${url}${routes.polls}?limit=2&utm=${'x'.repeat(1024 - 'limit=2&utm='.length)}`)).status).toBe(
    200,
  )
  expect((await fetch(`${url}${routes.polls}?__proto__=1&constructor&toString=2&=&===&caf%C3%A9+x`)).status).toBe(200)
  const ids = Array.from({ length: limits.pageSize }, () => 'tabspace').join('%2C')
  const stream = await fetch(`${url}${routes.streams}?polls=${ids}`)
  expect(stream.status).toBe(200)
  await stream.body?.cancel()
})

test('a known name may occur once', async () => {
  const { url } = await openApp()
  for (const [path, name] of [
    [`${routes.polls}?limit=1&limit=1`, 'limit'],
    [`${routes.polls}?cursor=a&limit=1&cursor=a`, 'cursor'],
    [`${routes.streams}?polls=tabspace&polls=tabspace`, 'polls'],
  ]) {
    const { errors } = await readProblem('invalid-query', await fetch(url + path))
    expect(errors?.map((error) => error.path)).toEqual([name])
  }
})

test('bytes that are not percent-encoded are refused, not read as other characters', async () => {
  const { port } = await openApp()
  for (const query of ['a=é', 'é', 'limit=１']) {
    const connection = await RawConnection.open(port)
    const text = await connection.send(get(`${routes.polls}?${query}`, 'Connection: close\r\n')).until(/\r\n\r\n/)
    expect(text).toMatch(/^HTTP\/1\.1 400 /)
  }
})
