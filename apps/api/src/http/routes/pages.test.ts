import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { contextSchema, type PageContext } from '@pollcast/shared/context'
import { pollListSchema } from '@pollcast/shared/poll'
import { createdPollSchema } from '@pollcast/shared/room'
import { routes } from '@pollcast/shared/routes'
import { expect, test } from 'vitest'
import { readAs, readProblem } from '../../../testing/answer.ts'
import { openApp } from '../../../testing/app.ts'
import { Host } from '../../../testing/host.ts'
import { get, RawConnection } from '../../../testing/raw-connection.ts'
import { createPoll, json, Voter } from '../../../testing/voter.ts'
import { webBuild } from '../../../testing/web-build.ts'

/** Requests a page as a browser does. */
const BROWSER = { headers: { Accept: 'text/html,application/xhtml+xml,*/*;q=0.8' } }

const setUp = async () => {
  const webRoot = webBuild()
  const app = await openApp({ webRoot })
  const { poll } = await createPoll(app.url)
  const visit = (path: string, voter = new Voter(app.url)) => voter.ask(path, BROWSER)
  return { ...app, webRoot, poll, visit }
}

/** Reads the context as a browser does: a script element ends at the first `</script`. */
const readPage = async (answer: Response): Promise<{ html: string; context: PageContext; scripts: string[] }> => {
  const html = await answer.text()
  expect(answer.headers.get('Content-Type')).toMatch(/^text\/html\b.*utf-8/i)
  const elements = [...html.matchAll(/<script\b([^>]*)>(.*?)<\/script[\s/>]/gis)]
  const texts = elements
    .filter(([, attributes]) => /\bid="context"/.test(attributes as string))
    .map(([, , text]) => text)
  expect(texts).toHaveLength(1)
  const scripts = elements.flatMap(([, attributes]) => /\bsrc="([^"]*)"/.exec(attributes as string)?.[1] ?? [])
  return { html, context: contextSchema.parse(JSON.parse(texts[0] as string)), scripts }
}

test('the page of a poll has what the API would answer to the same voter, and where and from which event on its stream goes on', async () => {
  const { url, poll, visit } = await setUp()
  const voter = new Voter(url)
  await voter.vote(poll.id, poll.choices[1]?.id as number)
  for (const visitor of [voter, new Voter(url)]) {
    const { context } = await readPage(await visit(routes.pollPage(poll.id), visitor))
    const read = { ...(await visitor.read(poll.id)), now: expect.any(String) }
    const streamUrl = routes.stream(poll.id)
    expect(context).toEqual({ apiUrl: '', poll: read, streamUrl, eventId: expect.any(String) })
    const held = await visitor.ask(`${routes.poll(poll.id)}?${new URLSearchParams({ after: 'nothing' })}`)
    expect(held.headers.get('ETag')).toContain(context.eventId)
  }
})

test('whoever opens a poll’s page is one voter from then on, even if the answer to a vote gets lost', async () => {
  const { url, poll, visit } = await setUp()
  const voter = new Voter(url)
  const page = await visit(routes.pollPage(poll.id), voter)
  expect(page.headers.getSetCookie()).toEqual([expect.stringMatching(/^pollcast-.*; HttpOnly; SameSite=Lax$/)])
  const votes = poll.choices.map((choice) => voter.vote(poll.id, choice.id))
  expect((await Promise.all(votes)).map((snapshot) => snapshot.totalVotes)).toEqual([1, 1])
  expect((await visit(routes.pollPage(poll.id), voter)).headers.getSetCookie()).toEqual([])
})

test('the first page has the list as the API answers it, and the URL of one stream for all of its polls', async () => {
  const { url, poll, visit } = await setUp()
  const { context } = await readPage(await visit(routes.listPage))
  const pollList = await readAs(pollListSchema, 200, await fetch(url + routes.polls))
  expect(context).toEqual({
    apiUrl: '',
    pollList,
    demo: expect.anything(),
    streamUrl: routes.streamOf(pollList.polls.map(({ id }) => id)),
  })
  expect(pollList.polls[0]?.id).toBe(poll.id)
  const stream = await fetch(url + context.streamUrl)
  expect(stream.status).toBe(200)
  await stream.body?.cancel()
})

test('the first page has a poll to try, as the API answers it to the same voter', async () => {
  const { visit, url } = await setUp()
  const voter = new Voter(url)
  const { choices } = await voter.read('tabspace')
  await voter.vote('tabspace', choices[0]?.id as number)
  const { context } = await readPage(await visit(routes.listPage, voter))
  expect(context.demo).toEqual({ ...(await voter.read('tabspace')), now: expect.any(String) })
})

test('a poll made without `listed` is found by its code or link alone', async () => {
  const { url, visit } = await setUp()
  const { host, poll } = await Host.ofPoll(url, { question: 'Between us?' })
  expect((await host.read(poll.id)).listed).toBe(false)
  for (const path of [routes.poll(poll.id), routes.room(host.code)]) expect((await fetch(url + path)).status).toBe(200)
  for (const path of [routes.pollPage(poll.id), routes.roomPage(host.code)]) {
    expect((await visit(path)).status).toBe(200)
  }
  const shown = (await (await fetch(url + routes.polls)).text()) + (await (await visit(routes.listPage)).text())
  expect(shown).not.toMatch(new RegExp(`Between us|${poll.id}|${host.code}`))
  await host.change(poll.id, { listed: true })
  expect(await (await fetch(url + routes.polls)).text()).toContain(poll.id)
})

test('pages tell PUBLIC_URL, which links to share begin with', async () => {
  const { url } = await openApp({ webRoot: webBuild(), publicUrl: 'https://polls.example.com' })
  const { context } = await readPage(await fetch(url + routes.newPollPage, BROWSER))
  expect(context).toEqual({ apiUrl: '', publicUrl: 'https://polls.example.com' })
})

test('the page for a new poll has an empty context', async () => {
  const { visit } = await setUp()
  const answer = await visit(routes.newPollPage)
  expect(answer.status).toBe(200)
  expect((await readPage(answer)).context).toEqual({ apiUrl: '' })
})

test('no text of a poll breaks out of the page', async () => {
  const { url, visit } = await setUp()
  const question = '</script><script>alert(1)</script><!-- <script> </title> " &'
  const wanted = { question, choices: ['</SCRIPT >', '<!--<script>'], listed: true }
  const { poll } = await readAs(createdPollSchema, 201, await fetch(url + routes.polls, json(wanted)))
  for (const path of [routes.pollPage(poll.id), routes.listPage]) {
    const { html, context, scripts } = await readPage(await visit(path))
    expect((context.poll ?? context.pollList?.polls[0])?.question).toBe(question)
    expect(scripts).toEqual(['/assets/index-1a2b.js'])
    expect(html.match(/<script/gi)).toHaveLength(2)
    expect(html).not.toContain('<!--')
    // The rest of the title is escaped.
    expect(html.match(/<title>([^<]*)<\/title>/)).not.toBeNull()
  }
})

test('a page loads the compiled entry, its styles and its font, and runs no script of another origin', async () => {
  const { url, poll, visit } = await setUp()
  const answer = await visit(routes.pollPage(poll.id))
  const policy = answer.headers.get('Content-Security-Policy')
  const { html, scripts } = await readPage(answer)
  const styles = [...html.matchAll(/<link rel="stylesheet" href="([^"]*)"/g)].map(([, href]) => href)
  expect(scripts).toEqual(['/assets/index-1a2b.js'])
  expect(styles).toEqual(['/assets/index-9z.css'])
  const preloads = [...html.matchAll(/<link rel="preload" as="font" type="font\/woff2" href="([^"]*)" crossorigin>/g)]
  const fonts = preloads.map(([, href]) => href)
  expect(fonts).toEqual(['/assets/besley-latin-800-normal-7d.woff2'])
  for (const path of [...scripts, ...styles, ...fonts]) expect((await fetch(url + path)).status).toBe(200)
  expect(policy).toMatch(/^default-src 'none';/)
  expect(policy).not.toMatch(/unsafe|\*/)
})

test('a page says at once what the app will ask for: the rest of the entry, the page’s own files, and its language', async () => {
  const { url, poll } = await setUp()
  const preloads = async (path: string, language = 'en') => {
    const answer = await fetch(url + path, { headers: { ...BROWSER.headers, 'Accept-Language': language } })
    const links = (await answer.text()).matchAll(
      /<link rel="(?:modulepreload|preload" as="style)" href="([^"]*)"(?: crossorigin)?>/g,
    )
    return [...links].map(([, href]) => href)
  }
  expect(await preloads(routes.pollPage(poll.id))).toEqual(['/assets/vendor-3x.js'])
  expect(await preloads(routes.pollPage(poll.id), 'de-CH,en;q=0.5')).toEqual([
    '/assets/vendor-3x.js',
    '/assets/de-8a.js',
  ])
  expect(await preloads(routes.listPage)).toEqual([
    '/assets/vendor-3x.js',
    '/assets/FrontPage-4f.js',
    '/assets/rows-6d.js',
    '/assets/FrontPage-5c.css',
  ])
})

test('a page is requested anew each time and for each voter, and a compiled file is cached for ever', async () => {
  const { url, poll, visit } = await setUp()
  for (const path of [routes.listPage, routes.newPollPage, routes.pollPage(poll.id), routes.pollPage('zzzzzzzz')]) {
    const { headers } = await visit(path)
    expect(headers.get('Cache-Control'), path).toBe('private, no-cache')
    expect(headers.get('Vary'), path).toMatch(/cookie/i)
  }
  const asset = await fetch(`${url}/assets/index-9z.css`)
  expect(asset.headers.get('Cache-Control')).toBe('public, max-age=31536000, immutable')
  expect(asset.headers.get('Content-Type')).toMatch(/^text\/css/)
  expect(await asset.text()).toBe('/* its looks */')
  expect((await fetch(`${url}/favicon.svg`)).headers.get('Cache-Control')).toBe('no-cache')
})

test.each([
  '/polls/zzzzzzzz',
  '/polls/%E0%A4%A',
  '/polls/tabspace/edit',
  '/nothing',
  '/%',
  '/assets/gone.js',
  '/polls',
])('%s is answered with a page that says so, and 404', async (path) => {
  const { visit, errors } = await setUp()
  const answer = await visit(path)
  expect(answer.status).toBe(404)
  expect((await readPage(answer)).context).toEqual({ apiUrl: '' })
  expect(errors).toEqual([])
})

test('a program that requests an unknown path gets no page', async () => {
  const { url } = await setUp()
  for (const Accept of ['application/json', '*/*']) {
    await readProblem('not-found', await fetch(`${url}/assets/gone.js`, { headers: { Accept } }))
  }
  await readProblem('not-found', await fetch(`${url}/api/gone`, BROWSER))
  await readProblem('method-not-allowed', await fetch(url + routes.newPollPage, { ...BROWSER, method: 'POST' }))
})

test.each(['/index.html', '/index', '/index%2Ehtml', '/index.html/', '/.vite/manifest.json'])(
  'files of the build for another host, or for this server, are not served: %s',
  async (path) => {
    const { visit } = await setUp()
    const answer = await visit(path)
    const text = await answer.text()
    expect(text).not.toContain('the page for another host')
    expect(text).not.toContain('isEntry')
    expect(answer.status).toBe(404)
  },
)

test.each(['/assets/../.vite/manifest.json', '/../../etc/passwd', '/assets/%2e%2e/%2e%2e/etc/passwd', '//etc/passwd'])(
  'no file beside the built ones is served: %s',
  async (path) => {
    const { port } = await setUp()
    const connection = await RawConnection.open(port)
    // By hand: fetch would normalize the path.
    expect(await connection.send(get(path, 'Connection: close\r\n')).until(/\r\n\r\n/)).toMatch(/^HTTP\/1\.1 404 /)
  },
)

test('pages that were served before a new build can still load their files', async () => {
  const { url, webRoot, visit } = await setUp()
  rmSync(join(webRoot, 'assets'), { recursive: true })
  const { html } = await readPage(await visit(routes.listPage))
  const style = /href="(\/assets\/[^"]*)"/.exec(html)?.[1]
  expect(await (await fetch(url + style)).text()).toBe('/* its looks */')
})

test('a compiled file is sent in the best encoding that the browser accepts, and not again if it has it', async () => {
  const { port } = await setUp()
  const ask = async (headers: string) => {
    const connection = await RawConnection.open(port)
    await connection.send(get('/assets/index-1a2b.js', `Connection: close\r\n${headers}`)).ended
    return connection.text
  }
  const bodies: [string, string][] = [
    ['Accept-Encoding: gzip, deflate, br\r\n', 'as br'],
    ['Accept-Encoding: gzip\r\n', 'as gzip'],
    ['Accept-Encoding: br;q=0, gzip\r\n', 'as gzip'],
    ['Accept-Encoding: zstd\r\n', '// the app'],
    ['', '// the app'],
  ]
  for (const [headers, body] of bodies) {
    const text = await ask(headers)
    expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
    expect(text).toMatch(/^content-type: text\/javascript\b.*\r\n/im)
    expect(text).toMatch(/^vary: accept-encoding\r\n/im)
    expect(/^content-encoding: (\w+)/im.exec(text)?.[1]).toBe(/as (.*)/.exec(body)?.[1])
    expect(text.slice(text.indexOf('\r\n\r\n') + 4)).toBe(body)
  }
  const etag = /^etag: (.*)\r\n/im.exec(await ask(''))?.[1]
  expect(await ask(`If-None-Match: ${etag}\r\n`)).toMatch(/^HTTP\/1\.1 304 [\s\S]*\r\n\r\n$/)
  expect(await ask(`If-None-Match: ${etag}\r\nAccept-Encoding: br\r\n`)).toMatch(/^HTTP\/1\.1 200 /)
})

test('an impossible range of a file is answered, and not left hanging', async () => {
  const { url } = await setUp()
  for (const Range of ['bytes=9-2', 'bytes=900-', 'bytes=x', 'bytes=-3', 'lines=1-2']) {
    const answer = await fetch(`${url}/assets/index-9z.css`, { headers: { Range } })
    expect(answer.status, Range).toBe(200)
    expect(await answer.text()).toBe('/* its looks */')
  }
})

test('files can only be read', async () => {
  const { url } = await setUp()
  for (const method of ['POST', 'PUT', 'DELETE']) {
    await readProblem('not-found', await fetch(`${url}/favicon.svg`, { method }))
  }
})

test('before the web app is built a page says how to build it, and the API works', async () => {
  const { url } = await openApp()
  for (const path of [routes.listPage, routes.newPollPage, routes.pollPage('tabspace')]) {
    const answer = await fetch(url + path, BROWSER)
    expect([answer.status, answer.headers.get('Content-Type')]).toEqual([503, 'text/html; charset=utf-8'])
    expect(await answer.text()).toContain('Run &quot;npm run build&quot;')
    const { detail } = await readProblem('page-not-built', await fetch(url + path))
    expect(detail).toContain('Run "npm run build"')
  }
  const { poll } = await createPoll(url)
  expect(await new Voter(url).vote(poll.id, poll.choices[0]?.id as number)).toMatchObject({ totalVotes: 1 })
})

test.each([
  [routes.newPollPage, 'Ask a question · Pollcast'],
  [routes.privacyPage, 'Privacy · Pollcast'],
  [routes.adminPage, 'Admin · Pollcast'],
])('the title of %s is %j', async (path, title) => {
  const { url } = await openApp({ webRoot: webBuild(), adminKey: 'correct-horse-battery' })
  expect(await (await fetch(url + path, BROWSER)).text()).toContain(`<title>${title}</title>`)
})
