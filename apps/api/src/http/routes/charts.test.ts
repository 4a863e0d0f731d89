import { routes } from '@pollcast/shared/routes'
import { expect, test } from 'vitest'
import { readProblem } from '../../../testing/answer.ts'
import { openApp, sharedApp } from '../../../testing/app.ts'
import { createPoll, createPollOf, Voter } from '../../../testing/voter.ts'
import { webBuild } from '../../../testing/web-build.ts'

const app = sharedApp()

const chartOf = async (pollId: string, headers: Record<string, string> = {}) => {
  const response = await fetch(app().url + routes.chartSvg(pollId), { headers })
  return { response, svg: await response.text() }
}

/** Else fetch adds no-cache to its own If-None-Match. */
const asBrowsers = { 'Cache-Control': 'max-age=0' }

const textsOf = (svg: string, className: string) =>
  [...svg.matchAll(new RegExp(`<text class="${className}"[^>]*>([^<]*)<`, 'g'))].map(([, text]) => text)

test('chart.svg shows the question and each choice with its percent and count, and marks the leader', async () => {
  const { poll } = await createPoll(app().url, ['Tea', 'Coffee', 'Milk'], 1, 'What will you have?')
  const [tea = 0, coffee = 0, milk = 0] = poll.choices.map(({ id }) => id)
  for (const id of [tea, tea, coffee, coffee, coffee, milk]) await new Voter(app().url).vote(poll.id, id)
  const { response, svg } = await chartOf(poll.id)
  expect(response.status).toBe(200)
  expect(response.headers.get('Content-Type')).toBe('image/svg+xml')
  expect(textsOf(svg, 'question')).toEqual(['What will you have?'])
  expect(textsOf(svg, 'choice')).toEqual(['Tea', 'Coffee', 'Milk'])
  expect(textsOf(svg, 'share')).toEqual(['33%', '50%', '17%'])
  expect(textsOf(svg, 'count')).toEqual(['2', '3', '1'])
  expect(svg.match(/<g class="lead"/g)).toHaveLength(1)
  expect(svg).toContain('<title id="title">What will you have?</title>')
  expect(svg).toContain('<desc id="desc">Tea: 33%, 2. Coffee: 50%, 3. Milk: 17%, 1. 6 voters</desc>')
})

test('it is a picture for any site, that loads nothing and is no download', async () => {
  const { poll } = await createPoll(app().url)
  const { response, svg } = await chartOf(poll.id)
  expect(response.headers.get('Cross-Origin-Resource-Policy')).toBe('cross-origin')
  expect(response.headers.get('Content-Disposition')).toBeNull()
  expect(response.headers.get('Content-Security-Policy')).toMatch(/^default-src 'none'; style-src 'sha256-/)
  expect(svg).not.toMatch(/<script|@import|url\(|href=/)
  expect(textsOf(svg, 'soft')).toEqual(['No votes yet'])
})

test('who has it as it is gets 304, and a vote or the end of the poll makes another one', async () => {
  const { poll, hostKey } = await createPoll(app().url)
  const etag = (await chartOf(poll.id)).response.headers.get('ETag') ?? ''
  const again = await chartOf(poll.id, { 'If-None-Match': etag, ...asBrowsers })
  expect([again.response.status, again.svg]).toEqual([304, ''])
  expect(again.response.headers.get('Cross-Origin-Resource-Policy')).toBe('cross-origin')
  await new Voter(app().url).vote(poll.id, poll.choices[0]?.id ?? 0)
  const voted = await chartOf(poll.id, { 'If-None-Match': etag, ...asBrowsers })
  expect(textsOf(voted.svg, 'soft')).toEqual(['1 voter'])
  await fetch(app().url + routes.poll(poll.id), {
    method: 'PATCH',
    headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${hostKey}` },
    body: '{"status":"closed"}',
  })
  const closed = await chartOf(poll.id, { 'If-None-Match': voted.response.headers.get('ETag') ?? '', ...asBrowsers })
  expect(textsOf(closed.svg, 'soft')).toEqual(['1 voter · closed'])
})

test('where results are hidden it is refused, to all but those who may see them', async () => {
  const { poll, hostKey } = await createPollOf(app().url, { resultsVisibility: 'after-vote' })
  await readProblem('results-hidden', await fetch(app().url + routes.chartSvg(poll.id)))
  const voter = new Voter(app().url)
  await voter.vote(poll.id, poll.choices[0]?.id ?? 0)
  expect((await voter.ask(routes.chartSvg(poll.id))).status).toBe(200)
  expect((await chartOf(poll.id, { Authorization: `Bearer ${hostKey}` })).response.status).toBe(200)
  await readProblem('results-hidden', await fetch(app().url + routes.chartSvg(poll.id)))
})

test('what is counted is told in the language of who asks, and each language has an ETag of its own', async () => {
  const { url } = await openApp({ webRoot: webBuild() })
  const { poll } = await createPoll(url)
  await new Voter(url).vote(poll.id, poll.choices[0]?.id ?? 0)
  const ask = async (language: string) => {
    const answer = await fetch(url + routes.chartSvg(poll.id), { headers: { 'Accept-Language': language } })
    expect(answer.headers.get('Vary')).toMatch(/accept-language/i)
    const svg = await answer.text()
    return { etag: answer.headers.get('ETag'), note: textsOf(svg, 'soft'), shares: textsOf(svg, 'share') }
  }
  const [english, german] = [await ask('en'), await ask('de')]
  expect([english.note, german.note]).toEqual([['1 voter'], ['1 Teilnehmer']])
  expect([english.shares, german.shares]).toEqual([
    ['100%', '0%'],
    ['100\u00a0%', '0\u00a0%'],
  ])
  expect(german.etag).not.toBe(english.etag)
})

test('what people write stays text', async () => {
  const { poll } = await createPoll(app().url, ['<script>alert(1)</script>', '"]]>&amp;'], 1, 'Q & <b>A</b>')
  const { svg } = await chartOf(poll.id)
  expect(textsOf(svg, 'question')).toEqual(['Q &amp; &lt;b&gt;A&lt;/b&gt;'])
  expect(textsOf(svg, 'choice')).toEqual(['&lt;script&gt;alert(1)&lt;/script&gt;', '&quot;]]&gt;&amp;amp;'])
})

/** Width and height of a PNG (its IHDR chunk). */
const sizeOf = (png: Buffer) => [png.readUInt32BE(16), png.readUInt32BE(20)]

test('as a PNG it has the size of a preview, is another one after a vote, and is refused where results are hidden', async () => {
  const { poll } = await createPoll(app().url, ['Tea', 'قهوة'])
  const ask = async () => {
    const answer = await fetch(app().url + routes.chartPng(poll.id))
    expect(answer.headers.get('Cross-Origin-Resource-Policy')).toBe('cross-origin')
    return Buffer.from(await answer.arrayBuffer())
  }
  const before = await ask()
  expect(before.subarray(1, 4).toString()).toBe('PNG')
  expect(sizeOf(before)).toEqual([1200, 630])
  expect((await ask()).equals(before)).toBe(true)
  await new Voter(app().url).vote(poll.id, poll.choices[0]?.id ?? 0)
  expect((await ask()).equals(before)).toBe(false)
  const { poll: hidden } = await createPollOf(app().url, { resultsVisibility: 'host' })
  await readProblem('results-hidden', await fetch(app().url + routes.chartPng(hidden.id)))
})
