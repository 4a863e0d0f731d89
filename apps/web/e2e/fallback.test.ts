import { join } from 'node:path'
import { ROOT } from '@pollcast/api/testing/built-server'
import type { BrowserContext, Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { choice, isLive, openTab, shows } from './support/browser.ts'
import { stage } from './support/stage.ts'

const { pollcast, browser, somebody } = await stage()

const vote = (tab: Page) => tab.getByRole('button', { name: /^(Vote|Change my vote)$/ })
const pick = (tab: Page, text: string) => tab.getByRole('radio', { name: text })
/** What the fallback says of each choice. */
const lines = (tab: Page) => tab.locator('#fallback li').allInnerTexts()

/** Votes with the form, and waits for the page that answers. */
async function voteByForm(tab: Page, text: string): Promise<void> {
  await pick(tab, text).check()
  await Promise.all([tab.waitForEvent('load'), vote(tab).click()])
}

/** What keeps the app from running, from before its start or from the next page on. */
const obstacles: [string, (voter: BrowserContext) => Promise<unknown>][] = [
  ['all scripts are blocked', (voter) => voter.route('**/*.js', (route) => route.abort('blockedbyclient'))],
  [
    'the page’s own script is blocked',
    (voter) => voter.route('**/PollPage-*.js', (route) => route.abort('blockedbyclient')),
  ],
  [
    'the page’s own script is gone',
    (voter) => voter.route('**/PollPage-*.js', (route) => route.fulfill({ status: 404 })),
  ],
  ['the page’s own styles are blocked', (voter) => voter.route('**/PollPage-*.css', (route) => route.abort())],
  [
    'the browser does not know the syntax',
    (voter) =>
      voter.route('**/index-*.js', (route) => route.fulfill({ contentType: 'text/javascript', body: 'a ?!. b' })),
  ],
  [
    'an API that the app starts with is missing',
    (voter) => voter.addInitScript(() => Reflect.deleteProperty(window, 'Intl')),
  ],
  [
    'an API that a page is set up with is missing',
    (voter) => voter.addInitScript(() => Reflect.deleteProperty(window, 'AbortController')),
  ],
]

test.each(obstacles)('where %s, a page has a sentence and a form that votes', async (what, obstruct) => {
  const { id, page } = await pollcast.makePoll(`${what}?`, ['Yes', 'No'])
  await pollcast.vote(id, 1)
  const voter = await browser.newContext()
  await obstruct(voter)
  const tab = await openTab(voter, page)
  await tab.getByText(/The live view is not running/).waitFor()
  expect(await tab.getByRole('heading').allInnerTexts()).toEqual([`${what}?`])
  await voteByForm(tab, 'Yes')
  await pick(tab, 'Yes').waitFor()
  expect(tab.url()).toBe(page)
  expect(await pick(tab, 'Yes').isChecked()).toBe(true)
  expect(await tab.getByText('2 votes', { exact: true }).count()).toBe(1)
  await voter.close()
})

test('with scripts off the form is there at once, moves a vote, and every other page says what can be done', async () => {
  const { page } = await pollcast.makePoll('Off?', ['Yes', 'No'])
  const voter = await somebody({ javaScriptEnabled: false })
  const tab = await openTab(voter, page)
  expect(await tab.locator('#fallback').isVisible()).toBe(true)
  await voteByForm(tab, 'Yes')
  await voteByForm(tab, 'No')
  expect(await lines(tab)).toEqual([
    expect.stringMatching(/^Yes\s+0 votes$/),
    expect.stringMatching(/^No Your vote\s+1 vote$/),
  ])
  await tab.getByRole('link', { name: 'Pollcast' }).click()
  await tab.getByRole('link', { name: /Off\?\s+1 vote/ }).click()
  expect(tab.url()).toBe(page)
  await tab.goto(`${pollcast.url}/new`)
  await tab.getByText(/Asking a question needs JavaScript/).waitFor()
  await tab.goto(`${pollcast.url}/polls/zzzzzzzz`)
  await tab.getByRole('heading', { name: 'There is no such poll' }).waitFor()
})

test('a form that is refused says why in a page, and leads back to the poll', async () => {
  const { page } = await pollcast.makePoll('Several?', ['A', 'B', 'C'], 2)
  const tab = await openTab(await somebody({ javaScriptEnabled: false }), page)
  await vote(tab).click()
  await tab.getByText(/at least one choice/).waitFor()
  await tab.getByRole('link', { name: 'Back to the poll' }).click()
  for (const letter of 'ABC') await tab.getByRole('checkbox', { name: letter }).check()
  await vote(tab).click()
  await tab.getByRole('link', { name: 'Back to the poll' }).click()
  for (const letter of 'AC') await tab.getByRole('checkbox', { name: letter }).check()
  await Promise.all([tab.waitForEvent('load'), vote(tab).click()])
  expect(await tab.getByRole('checkbox', { checked: true }).count()).toBe(2)
})

test('where scripts are blocked the form appears for who wants no motion, too', async () => {
  const { page } = await pollcast.makePoll('No motion?', ['Yes', 'No'])
  const voter = await somebody({ reducedMotion: 'reduce' })
  await voter.route('**/*.js', (route) => route.abort())
  const tab = await openTab(voter, page)
  expect(await tab.locator('#fallback').isVisible()).toBe(false)
  await vote(tab).waitFor()
})

test('where the app runs the form is never seen', async () => {
  const { page } = await pollcast.makePoll('Unseen?', ['Yes', 'No'])
  const voter = await somebody()
  await voter.addInitScript(() => {
    const seen: (string | undefined)[] = []
    const look = () => {
      const fallback = document.getElementById('fallback')
      if (fallback) seen.push(getComputedStyle(fallback).visibility)
      requestAnimationFrame(look)
    }
    look()
    Object.assign(window, { seen })
  })
  const tab = await openTab(voter, page)
  await isLive(tab)
  expect(await tab.evaluate(() => Reflect.get(window, 'seen'))).not.toContain('visible')
  expect(await tab.locator('#fallback').isVisible()).toBe(false)
})

test('without the styles the form is there at once, and the app runs', async () => {
  const { page } = await pollcast.makePoll('Unstyled?', ['Yes', 'No'])
  const voter = await somebody()
  await voter.route('**/index-*.css', (route) => route.abort())
  let start = () => {}
  const started = new Promise<void>((resolve) => {
    start = resolve
  })
  await voter.route('**/index-*.js', (route) => started.then(() => route.continue()))
  const tab = await voter.newPage()
  await tab.goto(page, { waitUntil: 'commit' })
  await vote(tab).waitFor({ timeout: 2_500 })
  start()
  await isLive(tab)
  expect(await tab.locator('#fallback').isVisible()).toBe(false)
})

test('a form that a voter has begun to fill in is not taken away by an app that comes late', async () => {
  const { page } = await pollcast.makePoll('Slow?', ['Yes', 'No'])
  const voter = await somebody()
  let arrive = () => {}
  const arrived = new Promise<void>((resolve) => {
    arrive = resolve
  })
  await voter.route('**/PollPage-*.js', (route) => arrived.then(() => route.continue()))
  const tab = await voter.newPage()
  await tab.goto(page, { waitUntil: 'commit' })
  await pick(tab, 'No').check()
  const loaded = tab.waitForResponse(/PollPage-.*\.js/)
  arrive()
  const script = (await loaded).url()
  await tab.evaluate(`import(${JSON.stringify(script)}).then(() => new Promise(requestAnimationFrame))`)
  await Promise.all([tab.waitForEvent('load'), vote(tab).click()])
  await shows(tab, [0, 1])
})

/** Makes the app fail as it shows the next numbers. */
const breakApp = (tab: Page) =>
  tab.evaluate(() => {
    const get = () => {
      throw new Error('broken by the test')
    }
    Object.defineProperty(Intl.NumberFormat.prototype, 'format', { get })
  })

test('when the app fails a form takes its place, with the numbers and the ballot of that moment', async () => {
  const { id, page } = await pollcast.makePoll('Fails?', ['Yes', 'No'])
  const tab = await openTab(await browser.newContext(), pollcast.url)
  await tab.getByRole('link', { name: /Fails\?/ }).click()
  await isLive(tab)
  await Promise.all([tab.waitForResponse((answer) => answer.status() === 201), choice(tab, 'No').click()])
  await shows(tab, [0, 1])
  await breakApp(tab)
  await pollcast.vote(id, 0)
  await vote(tab).waitFor()
  expect(tab.url()).toBe(page)
  expect(await lines(tab)).toEqual([
    expect.stringMatching(/^Yes\s+1 vote$/),
    expect.stringMatching(/^No Your vote\s+1 vote$/),
  ])
  expect(await tab.locator('#app').textContent()).toBe('')
  expect(await tab.evaluate(() => document.activeElement?.tagName)).toBe('MAIN')
  await voteByForm(tab, 'Yes')
  await shows(tab, [2, 0])
  await tab.context().close()
})

test('a click that comes to nothing, and with it the network, leaves the form that the page was served with', async () => {
  const { page } = await pollcast.makePoll('Dead click?', ['Yes', 'No'])
  const voter = await browser.newContext()
  const tab = await openTab(voter, page)
  await isLive(tab)
  await tab.evaluate(() => Reflect.deleteProperty(window, 'AbortController'))
  await voter.setOffline(true)
  await choice(tab, 'Yes').click()
  await vote(tab).waitFor()
  await voter.setOffline(false)
  await voteByForm(tab, 'Yes')
  await shows(tab, [1, 0])
  await voter.close()
})

test('a page whose files do not load, with the server away, leaves the reader where they are until it is back', async () => {
  const { page } = await pollcast.makePoll('Away?', ['Yes', 'No'])
  const tab = await openTab(await somebody(), page)
  await isLive(tab)
  await pollcast.stop()
  await tab.getByRole('link', { name: 'Ask a question' }).click()
  await tab.getByText(/That page could not be loaded/).waitFor()
  expect(tab.url()).toBe(page)
  expect(await choice(tab, 'Yes').isVisible()).toBe(true)
  await tab.getByRole('link', { name: 'Try again' }).click()
  await tab.getByText(/That page could not be loaded/).waitFor()
  await pollcast.start()
  await tab.getByRole('link', { name: 'Try again' }).click()
  await tab.getByRole('heading', { name: 'Ask a question' }).waitFor()
  expect(tab.url()).toBe(`${pollcast.url}/new`)
})

test('a page whose files are gone, or blocked, while the server is there has its own fallback', async () => {
  const { id, page } = await pollcast.makePoll('Blocked?', ['Yes', 'No'])
  const voter = await browser.newContext()
  await voter.route('**/PollPage-*.js', (route) => route.fulfill({ status: 404 }))
  const tab = await openTab(voter, pollcast.url)
  await tab.locator(`[href="/polls/${id}"]`).click()
  await vote(tab).waitFor()
  expect(tab.url()).toBe(page)
  await voter.close()
})

test('the page that another host serves says that it is not running', async () => {
  const voter = await somebody({ javaScriptEnabled: false })
  await voter.route('http://other.test/**', (route) => {
    const { pathname } = new URL(route.request().url())
    return route.fulfill({ path: join(ROOT, 'apps/web/dist', pathname === '/' ? 'index.html' : pathname) })
  })
  const tab = await openTab(voter, 'http://other.test/')
  expect(await tab.getByText(/Pollcast is not running here/).isVisible()).toBe(true)
})
