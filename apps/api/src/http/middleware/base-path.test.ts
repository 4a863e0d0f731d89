import { pollSchema } from '@pollcast/shared/poll'
import { createdPollSchema, roomSchema } from '@pollcast/shared/room'
import { routes } from '@pollcast/shared/routes'
import { expect, test } from 'vitest'
import { readAs } from '../../../testing/answer.ts'
import { openApp } from '../../../testing/app.ts'
import { EventReader } from '../../../testing/event-reader.ts'
import { bearer, createPoll, form, json, Voter } from '../../../testing/voter.ts'
import { webBuild } from '../../../testing/web-build.ts'

const HTML = { Accept: 'text/html,*/*;q=0.8' }
const PUBLIC = 'https://example.org/polls'

const setUp = async () => {
  const app = await openApp({ webRoot: webBuild(), publicUrl: PUBLIC })
  const url = `${app.url}/polls`
  return { ...app, root: app.url, url, ...(await createPoll(url)) }
}

/** What attributes and the context of a page name on this host. */
const addressesIn = (html: string) =>
  [...html.matchAll(/(?:href|src|action|content|"apiUrl":|"streamUrl":|"joinUrl":)=?"((?:https?:\/)?\/[^"]*)"/g)].map(
    ([, address]) => address ?? '',
  )

test('every address in a page begins with the path of PUBLIC_URL', async () => {
  const { url, poll, room, hostKey } = await setUp()
  const paths = [
    routes.listPage,
    '',
    routes.newPollPage,
    routes.pollPage(poll.id),
    routes.roomPage(room.code),
    routes.screenPage(room.code),
    routes.hostPage(room.code),
    routes.embedPage,
    routes.pollEmbed(poll.id),
    routes.roomEmbed(room.code),
    '/nothing',
  ]
  for (const path of paths) {
    const html = await (await fetch(url + path, { headers: HTML })).text()
    const addresses = addressesIn(html)
    expect(addresses.length, path).toBeGreaterThan(5)
    for (const address of addresses) expect(address, path).toMatch(/^(https:\/\/example\.org)?\/polls(\/|$)/)
  }
  const refused = await fetch(url + routes.votes(poll.id), { ...form(''), headers: { ...form('').headers, ...HTML } })
  expect(await refused.text()).toContain(`<a href="/polls${routes.pollPage(poll.id)}">Back to the poll</a>`)
  expect(hostKey).not.toBe('')
})

test('texts that look like an attribute stay as they are', async () => {
  const { url } = await setUp()
  const question = 'Is <a href="/x"> right?'
  const { poll } = await readAs(
    createdPollSchema,
    201,
    await fetch(url + routes.polls, json({ question, choices: ['a', 'b'] })),
  )
  const html = await (await fetch(url + routes.pollPage(poll.id), { headers: HTML })).text()
  expect(html).toContain('Is &lt;a href=&quot;/x&quot;&gt; right?')
  const [, context = '{}'] = /id="context">(.*?)<\/script>/.exec(html) ?? []
  expect(JSON.parse(context).poll.question).toBe(question)
})

test('files, redirects, Locations and what JSON and events name are under the path', async () => {
  const { url, poll, room, hostKey } = await setUp()
  const page = await (await fetch(url + routes.pollPage(poll.id), { headers: HTML })).text()
  const [, script = ''] = /<script type="module" src="([^"]*)"/.exec(page) ?? []
  expect((await fetch(new URL(script, url))).status).toBe(200)
  expect((await fetch(new URL(script, url))).headers.get('cache-control')).toContain('immutable')

  const capitals = await fetch(url + routes.pollPage(poll.id.toUpperCase()), { redirect: 'manual' })
  expect([capitals.status, capitals.headers.get('location')]).toEqual([302, `/polls${routes.pollPage(poll.id)}`])

  const voted = async (referrer: string) => {
    const { headers, ...init } = form(`choice=${poll.choices[0]?.id}`)
    const answer = await new Voter(url).ask(routes.votes(poll.id), {
      ...init,
      headers: { ...headers, Referer: referrer },
    })
    return [answer.status, answer.headers.get('location')]
  }
  expect(await voted(`${PUBLIC}${routes.roomPage(room.code)}`)).toEqual([303, `/polls${routes.roomPage(room.code)}`])
  expect(await voted(`${PUBLIC}${routes.pollPage(poll.id)}`)).toEqual([303, `/polls${routes.pollPage(poll.id)}`])

  const made = await fetch(url + routes.polls, json({ question: 'Which?', choices: ['a', 'b'] }))
  const { poll: other } = await readAs(createdPollSchema, 201, made)
  expect(made.headers.get('location')).toBe(`/polls${routes.poll(other.id)}`)
  expect(other.streamUrl).toBe(`/polls${routes.stream(other.id)}`)
  const read = await readAs(roomSchema, 200, await fetch(url + routes.room(room.code), { headers: bearer(hostKey) }))
  expect(read).toMatchObject({
    streamUrl: `/polls${routes.roomStream(room.code)}`,
    joinUrl: `${PUBLIC}${routes.roomPage(room.code)}`,
    poll: { streamUrl: `/polls${routes.stream(poll.id)}` },
  })
  const stream = await EventReader.open(new URL(read.streamUrl, url).href)
  expect((await stream.next()).data).toMatchObject({
    poll: { streamUrl: `/polls${routes.stream(poll.id)}` },
  })
  const document = (await (await fetch(url + routes.openapi)).json()) as { servers: unknown }
  expect(document.servers).toEqual([{ url: '/polls' }])
})

test('what other services read names the address with its path, and takes it', async () => {
  const { url, poll, room } = await setUp()
  for (const page of [routes.pollPage(poll.id), routes.roomPage(room.code)]) {
    const html = await (await fetch(url + page, { headers: HTML })).text()
    expect(html).toContain(`<meta property="og:url" content="${PUBLIC}${page}">`)
    const [, oembed = ''] = /json\+oembed" href="([^"]*)"/.exec(html) ?? []
    expect(oembed.startsWith(`${PUBLIC}${routes.oembed}?url=`)).toBe(true)
    const asked = await fetch(oembed.replaceAll('&amp;', '&').replace(PUBLIC, url))
    const answer = (await asked.json()) as { html: string; provider_url: string }
    expect(answer.html).toContain(`src="${PUBLIC}${page}/embed"`)
    expect(answer.provider_url).toBe(`${PUBLIC}/`)
  }
  const elsewhere = encodeURIComponent(`https://example.org${routes.pollPage(poll.id)}`)
  expect((await fetch(`${url}${routes.oembed}?url=${elsewhere}`)).status).toBe(404)
  const manifest = await (await fetch(url + routes.officeManifest)).text()
  expect(manifest).toContain(`<SourceLocation DefaultValue="${PUBLIC}${routes.embedPage}"/>`)
  expect(manifest).toContain('<AppDomain>https://example.org</AppDomain>')
})

test('a page of PUBLIC_URL’s origin may vote; the voter is the same without the path, as a health check asks', async () => {
  const { root, url, poll } = await setUp()
  const voter = new Voter(url)
  await voter.read(poll.id)
  const request = json({ choiceIds: [poll.choices[0]?.id] })
  const headers = { ...request.headers, Origin: 'https://example.org', 'Sec-Fetch-Site': 'cross-site' }
  expect((await voter.ask(routes.votes(poll.id), { ...request, headers })).status).toBe(201)
  const direct = await fetch(root + routes.poll(poll.id), { headers: { Cookie: voter.cookieHeader } })
  expect((await readAs(pollSchema, 200, direct)).ownChoiceIds).toEqual([poll.choices[0]?.id])
  for (const path of [routes.health, routes.ready]) expect((await fetch(root + path)).status).toBe(200)
})
