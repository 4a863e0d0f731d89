import { routes } from '@pollcast/shared/routes'
import { expect, test } from 'vitest'
import { readProblem } from '../../../testing/answer.ts'
import { openApp } from '../../../testing/app.ts'
import { get, RawConnection } from '../../../testing/raw-connection.ts'
import { createPoll } from '../../../testing/voter.ts'
import { webBuild } from '../../../testing/web-build.ts'

const PAGE = { headers: { Accept: 'text/html' } }

const setUp = async () => {
  const app = await openApp({ webRoot: webBuild() })
  const { poll } = await createPoll(app.url)
  /** By hand: fetch would normalize the path. */
  const ask = async (path: string, method = 'GET') => {
    const connection = await RawConnection.open(app.port)
    const request = get(path, 'Accept: text/html\r\nConnection: close\r\n').replace(/^GET/, method)
    await connection.send(request).ended
    const { text } = connection
    return { status: Number(text.slice(9, 12)), location: /^location: (.*)\r$/im.exec(text)?.[1], text }
  }
  return { ...app, id: poll.id, page: routes.pollPage(poll.id), ask }
}

const mistakes: [string, (id: string) => string][] = [
  ['capitals', (id) => `/polls/${id.toUpperCase()}`],
  ['capitals all over', (id) => `/POLLS/${id.toUpperCase()}`],
  ['a space at its end', (id) => `/polls/${id}%20`],
  ['a space before the id', (id) => `/polls/%20${id}`],
  ['spaces within', (id) => `/polls/${id.slice(0, 4)}%20${id.slice(4)}`],
  ...['.', ',', ')', ']', '>', "'", '"', '/', '//', '!', ';', ':', '/).', "'/"].map(
    (end): [string, (id: string) => string] => [`${end} at its end`, (id) => `/polls/${id}${end}`],
  ),
  ...['.', ',', ')', ']', '>', "'", '"', '/', '”', '…', '»', '。'].map((end): [string, (id: string) => string] => {
    const encoded = `%${[...Buffer.from(end)].map((byte) => byte.toString(16).padStart(2, '0')).join('%')}`
    return [`an encoded ${end} at its end`, (id) => `/polls/${id}${encoded}`]
  }),
  ['brackets around it', (id) => `/polls/(${id})`],
  ['quotes around it', (id) => `/polls/%E2%80%9C${id}%E2%80%9D`],
  ['a zero-width space', (id) => `/polls/${id}%E2%80%8B`],
  ['a byte order mark and a soft hyphen', (id) => `/polls/%EF%BB%BF${id.slice(0, 3)}%C2%AD${id.slice(3)}`],
  ['several of these', (id) => `/polls/%20${id.toUpperCase()}%E2%80%8B).%20`],
]

test.each(mistakes)('the address of a poll with %s leads to its page, in one step', async (_, write) => {
  const { id, page, ask } = await setUp()
  for (const query of ['', '?utm_source=mail', '?x=//evil.example.org']) {
    for (const method of ['GET', 'HEAD']) {
      const { status, location } = await ask(write(id) + query, method)
      expect([status, location]).toEqual([302, page])
    }
  }
  expect(await ask(page)).toMatchObject({ status: 200, location: undefined })
})

test('an address that is right, or that leaves no id, is not redirected', async () => {
  const { id, page, ask } = await setUp()
  expect(await ask(`${page}?utm_source=mail`)).toMatchObject({ status: 200, location: undefined })
  const paths = [
    '/polls',
    '/polls/',
    '/polls/.',
    '/polls/%20',
    '/polls//',
    `/polls/${id}/edit`,
    `/polls/${id}x`,
    `/polls/${id.slice(1)}`,
    `/polls/${id}%00`,
    `/polls/${id}%E0%A4%A`,
    `/polls/${id}%ff.`,
    `/polls/${id}${'.'.repeat(200)}`,
    `/polls/${'%E2%80%8B'.repeat(200)}`,
    `/x/polls/${id}.`,
    '/polls/0o1lIi.,',
  ]
  for (const path of paths) expect(await ask(path), path).toMatchObject({ status: 404, location: undefined })
})

test('no address leads to another host', async () => {
  const { id, ask } = await setUp()
  for (const path of [
    `//evil.example.org/polls/${id}.`,
    '/polls//evil.example.org',
    '/polls/%2F%2Fevil.example.org',
    '/polls/%5C%5Cevil.example.org',
    `/polls/evil.example.org%2F${id}`,
    '/polls/%0D%0ALocation:%20//evil.example.org',
    `/polls/${id}%0D%0AX-Injected:%20a`,
    `http://evil.example.org/polls/${id}/x`,
  ]) {
    const { status, location, text } = await ask(path)
    expect([status, location], path).toEqual([404, undefined])
    expect(text).not.toMatch(/^x-injected/im)
  }
  expect(await ask(`/polls/${id}%0D%0A`)).toMatchObject({ status: 302, location: routes.pollPage(id) })
})

test('a poll that is not there has no page, however its address is written', async () => {
  const { url } = await setUp()
  const answer = await fetch(`${url}/polls/ZZZZZZZZ.`, PAGE)
  expect([answer.status, answer.url]).toEqual([404, url + routes.pollPage('zzzzzzzz')])
})

test('only reading is redirected', async () => {
  const { url, id } = await setUp()
  for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
    const answer = await fetch(`${url}/polls/${id.toUpperCase()}.`, { method, redirect: 'manual' })
    expect(answer.headers.has('Location')).toBe(false)
    await answer.body?.cancel()
  }
})

// A program's address is no sentence's: where it is wrong, the program is, and has to hear it.
test('the API takes a poll’s id as it is alone', async () => {
  const { url, id } = await setUp()
  for (const wrong of [id.toUpperCase(), `${id}.`, `${id}%20`, `${id}%E2%80%8B`]) {
    const answer = await fetch(url + routes.poll(wrong), { redirect: 'manual' })
    await readProblem('poll-not-found', answer)
    expect(answer.headers.has('Location')).toBe(false)
  }
})

test.each(['472-915', '472%20915.', '(472915)', '%D9%A4%D9%A7%D9%A2%D9%A9%D9%A1%D9%A5'])(
  'the code %s in an address leads to its room',
  async (code) => {
    const { ask } = await setUp()
    expect(await ask(`/r/${code}`)).toMatchObject({ status: 302, location: '/r/472915' })
  },
)

test.each([
  ['/r/472915/screen.', '/r/472915/screen'],
  ['/r/472915/host.', '/r/472915/host'],
  ['/r/472915/embed)', '/r/472915/embed'],
  ['/r/472915/screen%20', '/r/472915/screen'],
  ['/R/472-915/SCREEN/', '/r/472915/screen'],
  ['/r/(472915)/embed%E2%80%9D.', '/r/472915/embed'],
  ['/polls/zzzzzzzz/embed.', '/polls/zzzzzzzz/embed'],
  ['/polls/ZZZZZZZZ/embed', '/polls/zzzzzzzz/embed'],
  ['/Polls/%20zzzzzzzz%E2%80%8B/Embed).', '/polls/zzzzzzzz/embed'],
])('the address %s leads to %s, in one step', async (path, right) => {
  const { ask } = await setUp()
  expect(await ask(path)).toMatchObject({ status: 302, location: right })
})

test.each(['/r/472915/edit.', '/r/472915/screen/x', '/polls/zzzzzzzz/screen.', '/polls/zzzzzzzz/embed/x'])(
  'the address %s, which no page has, leads nowhere',
  async (path) => {
    const { ask } = await setUp()
    expect(await ask(path)).toMatchObject({ status: 404, location: undefined })
  },
)

test('a screen or frame keeps what its address says about its looks', async () => {
  const { ask } = await setUp()
  const { location } = await ask('/r/472-915/embed?transparent&max=3')
  expect(location).toBe('/r/472915/embed?transparent&max=3')
})
