import { join } from 'node:path'
import { BuiltServer } from '@pollcast/api/testing/built-server'
import { certificateFiles } from '@pollcast/api/testing/certificate'
import { freePort } from '@pollcast/api/testing/free-port'
import { openNginx } from '@pollcast/api/testing/nginx'
import { tempFolder } from '@pollcast/api/testing/temp-folder'
import { createPoll, Voter } from '@pollcast/api/testing/voter'
import { routes } from '@pollcast/shared/routes'
import type { Browser, BrowserContext } from 'playwright-core'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { choice, isLive, launch, openContext, openTab, shows } from './support/browser.ts'

const LOCATION = [
  'proxy_http_version 1.1;',
  'proxy_set_header Host $http_host;',
  'proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;',
  'proxy_set_header X-Forwarded-Proto $scheme;',
].join(' ')

let browser: Browser

beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser.close())

/** Pollcast under a path of nginx, which serves something else at the root. */
async function openUnder(path: string, how: { isTakenOff?: boolean; isSecure?: boolean } = {}) {
  const port = await freePort()
  const tls = how.isSecure ? certificateFiles().paths : undefined
  const front = await openNginx({
    to: `http://127.0.0.1:${port}${how.isTakenOff ? '/' : ''}`,
    path: `${path}/`,
    location: LOCATION,
    server: 'location = / { return 200 "another program"; }',
    ...(tls && { tls }),
  })
  const server = new BuiltServer({
    PORT: String(port),
    DATABASE_URL: `sqlite:${join(tempFolder(), 'polls.sqlite')}`,
    PUBLIC_URL: `${front}${path}/`,
    TRUST_PROXY: 'on',
  })
  onTestFinished(() => server.end())
  await server.until(new RegExp(`Others open ${front}${path}\n`))
  const url = front + path
  return { url, path, direct: `http://127.0.0.1:${port}` }
}

/** A voter. Whatever their browser asks for is under the path. */
async function newVoter(url: string) {
  const { context, errors } = await openContext(browser, { ignoreHTTPSErrors: true })
  const strays: string[] = []
  context.on('request', (request) => {
    if (/^https?:/.test(request.url()) && !request.url().startsWith(`${url}/`)) strays.push(request.url())
  })
  const failed: string[] = []
  context.on('response', (response) => {
    if (response.status() >= 400) failed.push(`${response.status()} ${response.url()}`)
  })
  onTestFinished(() => context.close())
  return { context, wrong: () => [...strays, ...failed, ...errors] }
}

async function openBoth(contexts: BrowserContext[], address: string) {
  const tabs = await Promise.all(contexts.map((context) => openTab(context, address)))
  await Promise.all(tabs.map(isLive))
  return tabs
}

test.each<[string, string, Parameters<typeof openUnder>[1]]>([
  ['a path that one of our own addresses begins with', '/polls', {}],
  ['a path of two parts, over https', '/tools/api', { isSecure: true }],
  ['a path that the proxy takes off', '/live', { isTakenOff: true }],
])(
  'under %s, people vote, and charts move',
  async (_, path, how) => {
    const { url, direct } = await openUnder(path, how)
    const { poll, room, hostKey } = await createPoll(direct, ['Tea', 'Coffee'])
    const [one, two] = [await newVoter(url), await newVoter(url)]
    for (const [index, page] of [routes.pollPage(poll.id), routes.roomPage(room.code)].entries()) {
      const [tab, other] = await openBoth([one.context, two.context], url + page)
      if (!tab || !other) return
      if (index === 0) await choice(tab, 'Tea').click()
      else await choice(other, 'Coffee').click()
      await Promise.all([tab, other].map((each) => shows(each, index === 0 ? [1, 0] : [1, 1])))
      await tab.reload()
      await isLive(tab)
      await shows(tab, index === 0 ? [1, 0] : [1, 1])
    }

    // From page to page without another load, and what is shown to share.
    const host = await openTab(one.context, `${url}${routes.hostPage(room.code)}#${hostKey}`)
    await host.getByTestId('code').waitFor()
    expect(host.url()).toBe(`${url}${routes.hostPage(room.code)}`)
    const screen = host.getByRole('link', { name: 'screen' })
    expect(await screen.getAttribute('href')).toBe(`${new URL(url).pathname}${routes.screenPage(room.code)}`)
    await host.getByRole('link', { name: 'Pollcast' }).first().click()
    await host.waitForURL(`${url}/`)
    await host.locator(`a[href="${new URL(url).pathname}${routes.pollPage(poll.id)}"]`).click()
    await host.waitForURL(`${url}${routes.pollPage(poll.id)}`)
    await isLive(host)
    await shows(host, [1, 1])
    expect(one.wrong()).toEqual([])
    expect(two.wrong()).toEqual([])
  },
  120_000,
)

test('under a path the page can be installed, and the form without JavaScript votes', async () => {
  const { url, direct, path } = await openUnder('/polls')
  const { poll, room } = await createPoll(direct, ['Tea', 'Coffee'])
  const manifest = (await (await fetch(`${url}/manifest.webmanifest`)).json()) as {
    start_url: string
    icons: { src: string }[]
  }
  expect(new URL(manifest.start_url, `${url}/manifest.webmanifest`).href).toBe(`${url}/`)
  for (const { src } of manifest.icons) {
    expect((await fetch(new URL(src, `${url}/manifest.webmanifest`))).status).toBe(200)
  }
  const context = await browser.newContext({ javaScriptEnabled: false })
  onTestFinished(() => context.close())
  const tab = await openTab(context, url + routes.roomPage(room.code))
  await tab.getByLabel('Coffee').check()
  await tab.getByRole('button', { name: 'Vote' }).click()
  expect(new URL(tab.url()).pathname).toBe(`${path}${routes.roomPage(room.code)}`)
  expect((await new Voter(direct).read(poll.id)).choices.map(({ votes }) => votes)).toEqual([0, 1])
})
