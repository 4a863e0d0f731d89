import { contextSchema } from '@pollcast/shared/context'
import { pollSchema } from '@pollcast/shared/poll'
import { routes } from '@pollcast/shared/routes'
import { expect, test } from 'vitest'
import { readAs, readProblem } from '../../../testing/answer.ts'
import { openApp } from '../../../testing/app.ts'
import { createPoll, createPollOf, json } from '../../../testing/voter.ts'
import { webBuild } from '../../../testing/web-build.ts'

const setUp = async (options: Parameters<typeof openApp>[0] = {}) => {
  const app = await openApp({ webRoot: webBuild(), ...options })
  return { ...app, ...(await createPoll(app.url)) }
}

const asPage = (headers: Record<string, string> = {}) => ({ headers: { Accept: 'text/html', ...headers } })

const contextOf = async (answer: Response) => {
  const [, text = ''] = /id="context">(.*?)<\/script>/s.exec(await answer.text()) ?? []
  return contextSchema.parse(JSON.parse(text))
}

test('the pages for frames may be shown on any site, whatever they show, and no other page may', async () => {
  const { url, poll, room } = await setUp()
  const framed = [
    routes.embedPage,
    routes.pollEmbed(poll.id),
    routes.roomEmbed(room.code),
    routes.pollEmbed('zzzzzzzz'),
  ]
  for (const path of framed) {
    const { headers } = await fetch(url + path, asPage())
    expect(headers.get('Content-Security-Policy'), path).toMatch(/frame-ancestors \* file:$/)
    expect(headers.get('X-Frame-Options'), path).toBeNull()
    expect(headers.get('Cross-Origin-Resource-Policy')).toBe('cross-origin')
  }
  const others = [
    routes.listPage,
    routes.newPollPage,
    routes.pollPage(poll.id),
    routes.roomPage(room.code),
    routes.screenPage(room.code),
    routes.hostPage(room.code),
    `${routes.pollEmbed(poll.id)}/more`,
    routes.poll(poll.id),
  ]
  for (const path of others) {
    const { headers } = await fetch(url + path, asPage())
    expect(headers.get('Content-Security-Policy'), path).toMatch(/frame-ancestors 'none'/)
    expect(headers.get('X-Frame-Options'), path).toBe('DENY')
  }
})

test('in a frame on another site the cookie over https is one for that site’s frames, and a token over http', async () => {
  const { url, poll } = await setUp({ trustProxy: 1 })
  const path = url + routes.pollEmbed(poll.id)
  const framed = { 'Sec-Fetch-Dest': 'iframe', 'Sec-Fetch-Site': 'cross-site' }
  const https = { 'X-Forwarded-Proto': 'https' }
  const cookieFor = async (headers: Record<string, string>) =>
    (await fetch(path, asPage(headers))).headers.getSetCookie().join()
  expect(await cookieFor({ ...https, ...framed })).toMatch(/^__Host-.*; SameSite=None; Secure; Partitioned$/)
  expect(await cookieFor({ ...https, ...framed, 'Sec-Fetch-Site': 'same-site' })).toMatch(/SameSite=Lax; Secure$/)
  expect(await cookieFor({ ...https, ...framed, 'Sec-Fetch-Dest': 'document' })).toMatch(/SameSite=Lax; Secure$/)
  expect(await cookieFor(framed)).toMatch(/SameSite=Lax$/)
})

test('a frame that keeps no cookie votes by its token as one voter, and sees its own vote', async () => {
  const { url, poll } = await setUp()
  const page = await fetch(url + routes.pollEmbed(poll.id), asPage())
  const { voterToken = '' } = await contextOf(page)
  // The same voter as by the cookie, where the browser keeps it.
  expect(page.headers.getSetCookie().join()).toContain(voterToken)
  const headers = { 'Pollcast-Voter': voterToken }
  for (const { id } of poll.choices) {
    const vote = json({ choiceIds: [id] })
    const answer = await fetch(url + routes.votes(poll.id), { ...vote, headers: { ...vote.headers, ...headers } })
    expect(answer.status).toBe(201)
    expect(answer.headers.getSetCookie()).toEqual([])
  }
  const read = await readAs(pollSchema, 200, await fetch(url + routes.poll(poll.id), { headers }))
  expect(read).toMatchObject({ voters: 1, ownChoiceIds: [poll.choices[1]?.id] })
})

test('with limits, a token of a page is told anew with the first vote, and with no other', async () => {
  const { url, poll } = await setUp({ rateLimit: true })
  const { voterToken = '' } = await contextOf(await fetch(url + routes.pollEmbed(poll.id), asPage()))
  const vote = json({ choiceIds: [poll.choices[0]?.id] })
  const cast = async (token: string) => {
    const answer = await fetch(url + routes.votes(poll.id), {
      ...vote,
      headers: { ...vote.headers, 'Pollcast-Voter': token },
    })
    expect(answer.status).toBe(201)
    return answer.headers.get('Pollcast-Voter')
  }
  const known = await cast(voterToken)
  expect(known).not.toBe(voterToken)
  expect(await cast(known ?? '')).toBeNull()
  const read = await fetch(url + routes.poll(poll.id), { headers: { 'Pollcast-Voter': known ?? '' } })
  expect(await readAs(pollSchema, 200, read)).toMatchObject({ voters: 1, ownChoiceIds: [poll.choices[0]?.id] })
})

test('a forged token votes for nobody, and the cookie counts before a token', async () => {
  const { url, poll } = await setUp()
  const page = await fetch(url + routes.pollEmbed(poll.id), asPage())
  const { voterToken = '' } = await contextOf(page)
  const vote = (headers: Record<string, string>) => {
    const init = json({ choiceIds: [poll.choices[0]?.id] })
    return fetch(url + routes.votes(poll.id), { ...init, headers: { ...init.headers, ...headers } })
  }
  for (const forged of [`x${voterToken}`, 'nonsense', `${voterToken}x`]) {
    await readProblem('invalid-voter', await vote({ 'Pollcast-Voter': forged }))
  }
  const [cookie = ''] = page.headers.getSetCookie()[0]?.split(';') ?? []
  await vote({ Cookie: cookie })
  expect((await vote({ Cookie: cookie, 'Pollcast-Voter': 'nonsense' })).status).toBe(201)
  const { voters } = await readAs(pollSchema, 200, await fetch(url + routes.poll(poll.id)))
  expect(voters).toBe(1)
})

test('only the pages for frames tell a token, and only of a voter without a cookie', async () => {
  const { url, poll, room } = await setUp()
  const embed = routes.roomEmbed(room.code)
  for (const path of [routes.listPage, routes.pollPage(poll.id), routes.roomPage(room.code)]) {
    expect(await contextOf(await fetch(url + path, asPage())), path).not.toHaveProperty('voterToken')
  }
  const first = await fetch(url + embed, asPage())
  const [cookie = ''] = first.headers.getSetCookie()[0]?.split(';') ?? []
  expect(await contextOf(first)).toHaveProperty('voterToken')
  expect(await contextOf(await fetch(url + embed, asPage({ Cookie: cookie })))).not.toHaveProperty('voterToken')
})

test('without the app a frame has a way to the poll', async () => {
  const { url, poll } = await setUp()
  const html = await (await fetch(url + routes.pollEmbed(poll.id), asPage())).text()
  expect(html).toContain(
    `<a class="button" href="${routes.pollPage(poll.id)}" target="_blank" rel="noopener">Open to vote</a>`,
  )
  expect(html).not.toContain('<form')
})

const oembed = (url: string, of: string, more = '') =>
  fetch(`${url}${routes.oembed}?url=${encodeURIComponent(of)}${more}`)

test('a service gets a frame for the address of a poll or a room', async () => {
  const { url, poll, room } = await setUp({ publicUrl: 'https://polls.example' })
  const pages = [
    [`https://polls.example/polls/${poll.id}`, routes.pollEmbed(poll.id)],
    [`${url}/r/${room.code}/screen`, routes.roomEmbed(room.code)],
  ]
  for (const [page = '', embed] of pages) {
    const answer = (await (await oembed(url, page, '&maxwidth=500&maxheight=300')).json()) as Record<string, unknown>
    expect(answer).toMatchObject({ version: '1.0', type: 'rich', title: poll.question, width: 500, height: 300 })
    expect(answer.html).toBe(
      `<iframe src="https://polls.example${embed}" title="What will you have?" width="500" height="300" style="border:0"></iframe>`,
    )
    expect(answer.thumbnail_url).toBe(`https://polls.example${routes.chartPng(poll.id)}`)
  }
})

test('and a refusal for what is none, with what to do', async () => {
  const { url, poll } = await setUp()
  await readProblem('not-found', await oembed(url, `https://elsewhere.example/polls/${poll.id}`))
  await readProblem('not-found', await oembed(url, `${url}/new`))
  await readProblem('poll-not-found', await oembed(url, `${url}/polls/zzzzzzzz`))
  await readProblem('room-not-found', await oembed(url, `${url}/r/999999`))
  await readProblem('invalid-query', await oembed(url, 'javascript:alert(1)'))
  await readProblem('invalid-query', await oembed(url, `${url}/polls/${poll.id}`, '&maxwidth=wide'))
  await readProblem('not-implemented', await oembed(url, `${url}/polls/${poll.id}`, '&format=xml'))
})

test('a link to a poll or a room shows its question and its chart, unless the results are hidden', async () => {
  const { url, poll, room } = await setUp()
  for (const path of [routes.pollPage(poll.id), routes.roomPage(room.code)]) {
    const html = await (await fetch(url + path, asPage())).text()
    expect(html).toContain('<meta property="og:title" content="What will you have?">')
    expect(html).toContain('<meta name="twitter:card" content="summary_large_image">')
    const [, image = ''] = /property="og:image" content="([^"]*)"/.exec(html) ?? []
    expect((await fetch(image)).headers.get('Content-Type')).toBe('image/png')
    const [, link = ''] = /type="application\/json\+oembed" href="([^"]*)"/.exec(html) ?? []
    expect(await (await fetch(link)).json()).toMatchObject({ title: poll.question })
  }
  const { poll: hidden } = await createPollOf(url, { question: '"><b>?', resultsVisibility: 'after-close' })
  const html = await (await fetch(url + routes.pollPage(hidden.id), asPage())).text()
  expect(html).toContain('<meta property="og:title" content="&quot;&gt;&lt;b&gt;?">')
  expect(html).not.toContain('og:image')
})

test('the add-in for PowerPoint is at PUBLIC_URL, which must be https', async () => {
  const { url, room } = await setUp({ publicUrl: 'https://polls.example' })
  const answer = await fetch(url + routes.officeManifest)
  expect(answer.headers.get('Content-Type')).toMatch(/^application\/xml/)
  const text = await answer.text()
  expect(text).toContain('xsi:type="ContentApp"')
  expect(text).toContain('<SourceLocation DefaultValue="https://polls.example/embed"/>')
  expect(text).toMatch(/<Id>[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}<\/Id>/)
  const ofRoom = await (await fetch(`${url}${routes.officeManifest}?room=${room.code}`)).text()
  expect(ofRoom).toContain(`<SourceLocation DefaultValue="https://polls.example/r/${room.code}/embed"/>`)
  expect(/<Id>.*<\/Id>/.exec(ofRoom)?.[0]).not.toBe(/<Id>.*<\/Id>/.exec(text)?.[0])

  const { url: plain } = await setUp()
  const { detail } = await readProblem('not-found', await fetch(plain + routes.officeManifest))
  expect(detail).toContain('Set PUBLIC_URL to the https address')
})
