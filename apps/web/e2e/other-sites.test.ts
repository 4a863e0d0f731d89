import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { charted, choice, isLive, launch, openTab } from './support/browser.ts'
import { Pollcast } from './support/pollcast.ts'

let browser: Browser
let pollcast: Pollcast
/** The body of the other site's page. */
let body = ''

const otherSite = createServer((_req, res) => {
  res.setHeader('Content-Type', 'text/html').end(`<!doctype html><title>Another site</title>${body}`)
}).listen(0, '127.0.0.1')
const otherPort = () => (otherSite.address() as AddressInfo).port

beforeAll(async () => {
  if (!otherSite.listening) await once(otherSite, 'listening')
  ;[browser, pollcast] = await Promise.all([launch(), Pollcast.start({ HOST: '127.0.0.1' })])
})
afterAll(async () => {
  otherSite.close()
  await browser?.close()
  await pollcast?.remove()
})

const read = async (pollId: string) => (await fetch(`${pollcast.url}/api/polls/${pollId}`)).json()

// Browsers send Sec-Fetch-Site to localhost, but only Origin to other hosts over plain http.
test.each([
  ['on localhost', () => `http://localhost:${pollcast.port}`, () => `http://127.0.0.1:${otherPort()}`],
  ['on localhost, by another port', () => `http://localhost:${pollcast.port}`, () => `http://localhost:${otherPort()}`],
  [
    'on a local network over plain http',
    () => `http://polls.test:${pollcast.port}`,
    () => `http://evil.test:${otherPort()}`,
  ],
  [
    'on a local network, by another port',
    () => `http://polls.test:${pollcast.port}`,
    () => `http://polls.test:${otherPort()}`,
  ],
])('%s a form on another site changes no vote and no cookie, and the own page votes', async (_, own, other) => {
  const { id } = await pollcast.makePoll('Which?', ['one', 'two'])
  const [one, two] = (await read(id)).choices
  const context = await browser.newContext()
  const tab = await openTab(context, `${own()}/polls/${id}`)
  await isLive(tab)
  await Promise.all([tab.waitForResponse((answer) => answer.status() === 201), choice(tab, 'one').click()])
  const cookies = await context.cookies()
  expect(cookies).not.toEqual([])

  body = `<form method="post" action="${own()}/api/polls/${id}/votes"><input name="choice" value="${two.id}"></form>`
  const otherTab = await openTab(context, other())
  const posted = otherTab.waitForResponse((answer) => answer.request().method() === 'POST')
  await otherTab.evaluate(() => document.forms[0]?.submit())
  expect((await posted).status()).toBe(403)
  expect(await context.cookies()).toEqual(cookies)
  expect((await read(id)).choices.map((choice: { votes: number }) => choice.votes)).toEqual([1, 0])

  // A form on the own page, as in the fallback, does vote.
  const again = tab.waitForResponse((answer) => answer.request().method() === 'POST')
  await tab.evaluate(
    ([action, value]) => {
      const form = Object.assign(document.createElement('form'), { method: 'post', action })
      form.append(Object.assign(document.createElement('input'), { name: 'choice', value }))
      document.body.append(form)
      form.submit()
    },
    [`/api/polls/${id}/votes`, String(one.id)],
  )
  expect((await again).status()).toBe(303)
  expect((await read(id)).totalVotes).toBe(1)
})

test('a page is not shown in a frame, neither on another site nor on its own', async () => {
  const { id } = await pollcast.makePoll('Framed?', ['yes', 'no'])
  const context = await browser.newContext()
  for (const path of ['/', `/polls/${id}`]) {
    body = `<iframe src="${pollcast.url}${path}"></iframe>`
    for (const site of [`http://127.0.0.1:${otherPort()}`, `http://localhost:${otherPort()}`]) {
      const tab = await openTab(context, site)
      const frame = tab.frames()[1]
      expect(await frame?.locator('#app').count()).toBe(0)
      await tab.close()
    }
  }
})

test('the content security policy refuses nothing that the page needs', async () => {
  const context = await browser.newContext()
  const refused: string[] = []
  context.on('console', (message) => {
    if (/polic(y|ies)/i.test(message.text())) refused.push(message.text())
  })
  const tab = await openTab(context, `${pollcast.url}/polls/tabspace`)
  await isLive(tab)
  await choice(tab, 'Tabs').click()
  await expect.poll(() => charted(tab)).toEqual([1, 0, 0])
  for (const path of ['/', '/new']) await tab.goto(pollcast.url + path)
  expect(refused).toEqual([])
})
