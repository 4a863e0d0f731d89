import type { BrowserContext, Frame, Page } from 'playwright-core'
import { expect, onTestFinished, test } from 'vitest'
import { BadProxy } from './support/bad-proxy.ts'
import { choice, connection, isLive, openTab, shows, tabled, withoutCookies } from './support/browser.ts'
import { startServerAndBrowser } from './support/setup.ts'
import { watchStreams } from './support/streams.ts'

const { pollcast, browser, newVoter } = await startServerAndBrowser()

function rejectLocks() {
  const request = () => Promise.reject(new DOMException('Denied.', 'SecurityError'))
  Object.defineProperty(Navigator.prototype, 'locks', { value: { request } })
}

function throwForLocks() {
  const get = () => {
    throw new DOMException('Denied.', 'SecurityError')
  }
  Object.defineProperty(Navigator.prototype, 'locks', { get })
}

/** Tabs hear of each other by storage events then. */
function throwForChannels() {
  const value = function refused() {
    throw new DOMException('Denied.', 'SecurityError')
  }
  Object.defineProperty(window, 'BroadcastChannel', { value })
}

function throwForStorage() {
  for (const name of ['localStorage', 'sessionStorage']) {
    Object.defineProperty(window, name, {
      get: () => {
        throw new DOMException('Denied.', 'SecurityError')
      },
    })
  }
}

test.each([
  ['Web Locks reject', [rejectLocks], 1],
  ['the getter of Web Locks throws', [throwForLocks], 1],
  ['channels throw', [throwForChannels], 1],
  ['Web Locks reject and channels throw', [rejectLocks, throwForChannels], 1],
  ['channels and storage throw', [throwForChannels, throwForStorage], 2],
])('where %s, two tabs are live, share a stream if they can, and vote', async (what, refusals, count) => {
  const { page } = await pollcast.makePoll(`${what}?`, ['Yes', 'No'])
  const voter = await newVoter()
  for (const refuse of refusals) await voter.addInitScript(refuse)
  const streams = watchStreams(voter)
  // One after the other: two that come at the same moment may both lead until they hear of each other.
  const one = await openTab(voter, page)
  await isLive(one)
  const other = await openTab(voter, page)
  await isLive(other)
  await choice(one, 'Yes').click()
  await Promise.all([one, other].map((tab) => shows(tab, [1, 0])))
  await choice(one, 'No').click()
  await Promise.all([one, other].map((tab) => shows(tab, [0, 1])))
  await expect.poll(() => streams().length).toBe(count)
})

/** APIs that a browser may lack or refuse while it can run the app. */
function removeConveniences() {
  const refused = {
    get: () => {
      throw new DOMException('Denied.', 'SecurityError')
    },
  }
  Object.defineProperty(window, 'localStorage', refused)
  Object.defineProperty(window, 'sessionStorage', refused)
  Object.defineProperty(Navigator.prototype, 'clipboard', refused)
  Object.defineProperty(window, 'matchMedia', { value: undefined })
  Object.defineProperty(window, 'IntersectionObserver', { value: undefined })
  Object.defineProperty(window, 'requestIdleCallback', { value: undefined })
  Object.defineProperty(AbortSignal, 'timeout', { value: undefined })
  Object.defineProperty(Array.prototype, 'at', { value: undefined })
  Object.defineProperty(crypto, 'randomUUID', { value: undefined })
}

test('without storage, clipboard, media queries, AbortSignal.timeout, at() and similar APIs a page is live, and votes', async () => {
  const { id, page } = await pollcast.makePoll('Bare?', ['Yes', 'No'])
  const voter = await newVoter()
  await voter.addInitScript(removeConveniences)
  const tab = await openTab(voter, pollcast.url)
  await tab.getByRole('link', { name: /Bare\?/ }).click()
  await tab.getByRole('heading', { name: 'Bare?', level: 1 }).waitFor()
  await isLive(tab)
  await choice(tab, 'No').click()
  await shows(tab, [0, 1])
  await pollcast.vote(id, 0)
  await shows(tab, [1, 1])
  await tab.getByRole('button', { name: 'Copy' }).click()
  await tab.getByText(/Copied|Press Ctrl/).waitFor()
  expect(tab.url()).toBe(page)
})

test('without ResizeObserver or a canvas a page shows its numbers, is live, and votes', async () => {
  const { id, page } = await pollcast.makePoll('Canvas?', ['Yes', 'No'])
  for (const init of [
    () => Object.defineProperty(window, 'ResizeObserver', { value: undefined }),
    () => Object.defineProperty(HTMLCanvasElement.prototype, 'getContext', { value: () => null }),
    () => {
      HTMLCanvasElement.prototype.getContext = () => {
        throw new DOMException('Denied.', 'SecurityError')
      }
    },
  ]) {
    // Not newVoter(), as the page logs that it can't draw the chart.
    const voter = await browser.newContext()
    await voter.addInitScript(init)
    const tab = await openTab(voter, page)
    await isLive(tab)
    const [yes, no] = (await tabled(tab)) as [number, number]
    await choice(tab, 'Yes').click()
    await expect.poll(() => tabled(tab)).toEqual([yes + 1, no])
    await pollcast.vote(id, 1)
    await expect.poll(() => tabled(tab)).toEqual([yes + 1, no + 1])
    await voter.close()
  }
})

test('in a frame on another site, where the browser refuses locks and storage, a poll is live, and votes', async () => {
  const { id, page } = await pollcast.makePoll('Framed?', ['Yes', 'No'])
  const voter = await newVoter()
  // As if the page were one that may be framed.
  await voter.route(page, async (route) => {
    const response = await route.fetch()
    const { 'x-frame-options': _, 'content-security-policy': __, ...headers } = response.headers()
    await route.fulfill({ response, headers })
  })
  await voter.route('http://127.0.0.1:1/', (route) =>
    route.fulfill({ contentType: 'text/html', body: `<iframe src="${page}" width="700" height="700"></iframe>` }),
  )
  const tab = await openTab(voter, 'http://127.0.0.1:1/')
  const frame = tab.frames()[1] as Frame
  await frame.locator('[data-state=live]').waitFor()
  const refusal = frame.evaluate(() => navigator.locks.request('any', () => 'given').catch((error) => error.name))
  expect(await refusal).toBe('SecurityError')
  await frame.getByTestId('choice').filter({ hasText: 'Yes' }).click()
  await pollcast.vote(id, 1)
  const counts = () => frame.getByTestId('tally').getByTestId('count').allTextContents()
  await expect.poll(counts).toEqual(['1', '1'])
})

test('in a browser that blocks all cookies a poll is live, and a page is one voter, however often it votes', async () => {
  const { id, page } = await pollcast.makePoll('No cookies?', ['Yes', 'No'])
  await withoutCookies(async (voter) => {
    const tab = await openTab(voter, page)
    await isLive(tab)
    for (const text of ['Yes', 'No', 'Yes']) {
      await choice(tab, text).click()
      await shows(tab, text === 'Yes' ? [1, 0] : [0, 1])
      await tab.getByTestId('choice').filter({ hasText: text }).getByText('Your vote').waitFor()
    }
    await pollcast.vote(id, 1)
    await shows(tab, [1, 1])
  })
})

test('there, results that are for who has voted come with the vote, and go on to move', async () => {
  const room = await pollcast.makeRoom({ question: 'After the vote?', resultsVisibility: 'after-vote' })
  await withoutCookies(async (voter) => {
    const tab = await openTab(voter, room.page)
    await isLive(tab)
    await choice(tab, 'Tea').click()
    await shows(tab, [1, 0])
    await pollcast.vote(room.id, 1)
    await shows(tab, [1, 1])
  })
})

/** The cookie is set, and never sent: a proxy takes it out, say. */
const dropCookies = async (voter: BrowserContext) => {
  await voter.route('**/*', async (route) => {
    const { cookie: _, ...headers } = await route.request().allHeaders()
    await voter.clearCookies()
    await route.continue({ headers })
  })
}

test('where the cookie does not come back and no stream gets through, results come with the vote, in each tab', async () => {
  const proxy = await BadProxy.before(pollcast.port)
  onTestFinished(() => proxy.close())
  proxy.fault = 'buffer'
  const room = await pollcast.makeRoom({ question: 'Both lost?', resultsVisibility: 'after-vote' })
  const voter = await newVoter()
  await dropCookies(voter)
  const page = Object.assign(new URL(room.page), { port: String(proxy.port) }).href
  const [one, other] = [await openTab(voter, page), await openTab(voter, page)]
  await choice(one, 'Tea').click()
  await shows(one, [1, 0])
  await pollcast.vote(room.id, 1)
  await Promise.all([one, other].map((tab) => shows(tab, [1, 1])))
  await choice(other, 'Coffee').click()
  await Promise.all([one, other].map((tab) => shows(tab, [0, 2])))
})

test('where the cookie does not come back, the voter stays one over reloads and in other tabs', async () => {
  const { id, page } = await pollcast.makePoll('Lost cookie?', ['Yes', 'No'])
  const voter = await newVoter()
  await dropCookies(voter)
  const tab = await openTab(voter, page)
  await isLive(tab)
  await choice(tab, 'Yes').click()
  await shows(tab, [1, 0])
  await tab.reload()
  await isLive(tab)
  await choice(tab, 'Yes').getByText('Your vote').waitFor()
  const other = await openTab(voter, page)
  await isLive(other)
  await choice(other, 'No').click()
  for (const each of [tab, other]) await shows(each, [0, 1])
  await choice(tab, 'Yes').click()
  for (const each of [tab, other]) await shows(each, [1, 0])
  await pollcast.vote(id, 1)
  for (const each of [tab, other]) await shows(each, [1, 1])
})

test('where neither cookie nor storage are kept, each page is one voter', async () => {
  const { page } = await pollcast.makePoll('Nothing kept?', ['Yes', 'No'])
  const voter = await newVoter()
  await dropCookies(voter)
  await voter.addInitScript(throwForStorage)
  const tabs = [await openTab(voter, page), await openTab(voter, page)] as const
  await Promise.all(tabs.map(isLive))
  for (const text of ['Yes', 'No']) {
    for (const tab of tabs) await choice(tab, text).click()
    for (const tab of tabs) await shows(tab, text === 'Yes' ? [2, 0] : [0, 2])
  }
})

test('where channels and storage are refused, tabs behind the one that is seen hold no connection: over HTTP/1.1 the eighth is live, too', async () => {
  const voter = await newVoter()
  for (const refuse of [throwForChannels, throwForStorage]) await voter.addInitScript(refuse)
  const hide = (tab: Page) =>
    tab.evaluate(() => {
      Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true })
      Object.defineProperty(document, 'hidden', { value: true, configurable: true })
      document.dispatchEvent(new Event('visibilitychange'))
    })
  for (let index = 1; index <= 8; index++) {
    const { page } = await pollcast.makePoll(`Tab ${index}?`, ['Yes', 'No'])
    const tab = await openTab(voter, page)
    await isLive(tab)
    await choice(tab, 'Yes').click()
    await shows(tab, [1, 0])
    await hide(tab)
    await expect.poll(() => connection(tab)).toBe('closed')
  }
})
