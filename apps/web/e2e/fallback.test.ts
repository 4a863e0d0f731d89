import { join } from 'node:path'
import { ROOT } from '@pollcast/api/testing/built-server'
import type { BrowserContext, Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { choice, isLive, openTab, shows } from './support/browser.ts'
import { startServerAndBrowser } from './support/setup.ts'

const { pollcast, browser, newVoter } = await startServerAndBrowser()

const vote = (tab: Page) => tab.getByRole('button', { name: /^(Vote|Change my vote)$/ })
const radio = (tab: Page, text: string) => tab.getByRole('radio', { name: text })
/** The text of each choice in the fallback. */
const choiceTexts = (tab: Page) => tab.locator('#fallback li').allInnerTexts()

/** Votes with the form, and waits for the page that answers. */
async function voteByForm(tab: Page, text: string): Promise<void> {
  await radio(tab, text).check()
  await Promise.all([tab.waitForEvent('load'), vote(tab).click()])
}

/** Stops the time after which the form appears: how long an app takes to load is the machine's business. */
function holdForm() {
  document.addEventListener('animationstart', ({ target }) => {
    for (const animation of (target as Element).getAnimations()) animation.pause()
  })
}

/** What keeps the app from running. */
const obstacles: [string, (voter: BrowserContext) => Promise<unknown>][] = [
  ['all scripts are blocked', (voter) => voter.route('**/*.js', (route) => route.abort('blockedbyclient'))],
  [
    'one of two scripts is blocked',
    (voter) => voter.route('**/rolldown-runtime-*.js', (route) => route.abort('blockedbyclient')),
  ],
  [
    'one of two scripts is gone',
    (voter) => voter.route('**/rolldown-runtime-*.js', (route) => route.fulfill({ status: 404 })),
  ],
  [
    'the browser does not know the syntax',
    (voter) =>
      voter.route('**/index-*.js', (route) => route.fulfill({ contentType: 'text/javascript', body: 'a ?!. b' })),
  ],
  [
    'an API that the app needs to start is missing',
    (voter) => voter.addInitScript(() => Reflect.deleteProperty(window, 'Intl')),
  ],
  [
    'an API that a page needs is missing',
    (voter) => voter.addInitScript(() => Reflect.deleteProperty(window, 'AbortController')),
  ],
]

test.each(obstacles)('where %s, a page has a message and a form to vote with', async (what, obstruct) => {
  const { id, page } = await pollcast.makePoll(`${what}?`, ['Yes', 'No'])
  await pollcast.vote(id, 1)
  const voter = await browser.newContext()
  await obstruct(voter)
  const tab = await openTab(voter, page)
  await tab.getByText(/The live view is not running/).waitFor()
  expect(await tab.getByRole('heading').allInnerTexts()).toEqual([`${what}?`])
  await voteByForm(tab, 'Yes')
  await radio(tab, 'Yes').waitFor()
  expect(tab.url()).toBe(page)
  expect(await radio(tab, 'Yes').isChecked()).toBe(true)
  expect(await tab.getByText('2 voters', { exact: true }).count()).toBe(1)
  await voter.close()
})

test('with scripts off the form is there at once, changes a vote, and every other page says what to do', async () => {
  const { page } = await pollcast.makePoll('Off?', ['Yes', 'No'])
  const voter = await newVoter({ javaScriptEnabled: false })
  const tab = await openTab(voter, page)
  expect(await tab.locator('#fallback').isVisible()).toBe(true)
  await voteByForm(tab, 'Yes')
  await voteByForm(tab, 'No')
  expect(await choiceTexts(tab)).toEqual([
    expect.stringMatching(/^Yes\s+0 votes$/),
    expect.stringMatching(/^No\s+Your vote\s+1 vote$/),
  ])
  await tab.getByRole('link', { name: 'Pollcast' }).click()
  await tab.getByRole('link', { name: /Off\?\s+1 voter/ }).click()
  expect(tab.url()).toBe(page)
  await tab.goto(`${pollcast.url}/new`)
  await tab.getByText(/Asking a question needs JavaScript/).waitFor()
  await tab.goto(`${pollcast.url}/polls/zzzzzzzz`)
  await tab.getByRole('heading', { name: 'Poll not found' }).waitFor()
})

test('a form that is refused gets a page that says why and links back to the poll', async () => {
  const { page } = await pollcast.makePoll('Several?', ['A', 'B', 'C'], 2)
  const tab = await openTab(await newVoter({ javaScriptEnabled: false }), page)
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

test('where scripts are blocked the form appears with reduced motion, too', async () => {
  const { page } = await pollcast.makePoll('No motion?', ['Yes', 'No'])
  const voter = await newVoter({ reducedMotion: 'reduce' })
  await voter.addInitScript(holdForm)
  await voter.route('**/*.js', (route) => route.abort())
  const tab = await openTab(voter, page)
  expect(await tab.locator('#fallback').isVisible()).toBe(false)
  await tab.evaluate(() => {
    for (const animation of document.getAnimations()) animation.play()
  })
  await vote(tab).waitFor()
})

test('while the app loads the question is there, where the app puts it, and the form is not', async () => {
  const { page } = await pollcast.makePoll('Early, and at the same place as later?', ['Yes', 'No'])
  for (const viewport of [
    { width: 360, height: 740 },
    { width: 1366, height: 768 },
  ]) {
    const voter = await newVoter({ viewport })
    await voter.addInitScript(holdForm)
    let load = () => {}
    const mayLoad = new Promise<void>((resolve) => {
      load = resolve
    })
    await voter.route('**/index-*.js', (route) => mayLoad.then(() => route.continue()))
    const tab = await voter.newPage()
    await tab.goto(page, { waitUntil: 'commit' })
    const places = () =>
      Promise.all(['h1', 'header', 'header svg'].map((part) => tab.locator(part).first().boundingBox()))
    await tab.locator('#fallback h1').waitFor()
    expect(await vote(tab).isVisible()).toBe(false)
    const early = await places()
    load()
    await isLive(tab)
    expect(await places()).toEqual(early)
  }
})

test('where the app runs the form is never visible', async () => {
  const { page } = await pollcast.makePoll('Unseen?', ['Yes', 'No'])
  const voter = await newVoter()
  await voter.addInitScript(holdForm)
  await voter.addInitScript(() => {
    const seen: (string | undefined)[] = []
    const check = () => {
      const fallback = document.getElementById('fallback')
      if (fallback) seen.push(getComputedStyle(fallback).visibility)
      requestAnimationFrame(check)
    }
    check()
    Object.assign(window, { seen })
  })
  const tab = await openTab(voter, page)
  await isLive(tab)
  expect(await tab.evaluate(() => Reflect.get(window, 'seen'))).not.toContain('visible')
  expect(await tab.locator('#fallback').isVisible()).toBe(false)
})

test('without the styles the form is there at once, and the app runs', async () => {
  const { page } = await pollcast.makePoll('Unstyled?', ['Yes', 'No'])
  const voter = await newVoter()
  await voter.route('**/index-*.css', (route) => route.abort())
  let start = () => {}
  const started = new Promise<void>((resolve) => {
    start = resolve
  })
  await voter.route('**/index-*.js', (route) => started.then(() => route.continue()))
  const tab = await voter.newPage()
  await tab.goto(page, { waitUntil: 'commit' })
  const button = tab.locator('#fallback button')
  await button.waitFor({ state: 'attached' })
  expect(await button.isVisible()).toBe(true)
  start()
  await isLive(tab)
  expect(await tab.locator('#fallback').isVisible()).toBe(false)
})

test('a form that a voter has begun to fill in is not removed by an app that loads late', async () => {
  const { page } = await pollcast.makePoll('Slow?', ['Yes', 'No'])
  const voter = await newVoter()
  let load = () => {}
  const mayLoad = new Promise<void>((resolve) => {
    load = resolve
  })
  await voter.route('**/index-*.js', (route) => mayLoad.then(() => route.continue()))
  const tab = await voter.newPage()
  await tab.goto(page, { waitUntil: 'commit' })
  await radio(tab, 'No').check()
  const loaded = tab.waitForResponse(/index-.*\.js/)
  load()
  const script = (await loaded).url()
  await tab.evaluate(`import(${JSON.stringify(script)}).then(() => new Promise(requestAnimationFrame))`)
  await Promise.all([tab.waitForEvent('load'), vote(tab).click()])
  await shows(tab, [0, 1])
})

/** Makes the app fail when it renders the next numbers. */
const breakApp = (tab: Page) =>
  tab.evaluate(() => {
    const get = () => {
      throw new Error('broken by the test')
    }
    Object.defineProperty(Intl.NumberFormat.prototype, 'format', { get })
  })

test('when the app fails a form takes its place, with the current numbers and ballot', async () => {
  const { id, page } = await pollcast.makePoll('Fails?', ['Yes', 'No'])
  const tab = await openTab(await browser.newContext(), pollcast.url)
  await tab.getByRole('link', { name: /Fails\?/ }).click()
  await tab.getByRole('heading', { name: 'Fails?', level: 1 }).waitFor()
  await isLive(tab)
  await Promise.all([tab.waitForResponse((answer) => answer.status() === 201), choice(tab, 'No').click()])
  await shows(tab, [0, 1])
  await breakApp(tab)
  await pollcast.vote(id, 0)
  await vote(tab).waitFor()
  expect(tab.url()).toBe(page)
  expect(await choiceTexts(tab)).toEqual([
    expect.stringMatching(/^Yes\s+1 vote$/),
    expect.stringMatching(/^No\s+Your vote\s+1 vote$/),
  ])
  expect(await tab.locator('#app').textContent()).toBe('')
  expect(await tab.evaluate(() => document.activeElement?.tagName)).toBe('MAIN')
  await voteByForm(tab, 'Yes')
  await shows(tab, [2, 0])
  await tab.context().close()
})

test('when the app fails without a network, the form that the page was served with takes its place', async () => {
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

test('when a page does not load because the server is down, the user stays on the current page', async () => {
  const { page } = await pollcast.makePoll('Away?', ['Yes', 'No'])
  const tab = await openTab(await newVoter(), page)
  await isLive(tab)
  await pollcast.stop()
  await tab.getByRole('link', { name: 'New poll' }).click()
  await tab.getByText(/The page could not be loaded/).waitFor()
  expect(tab.url()).toBe(page)
  expect(await choice(tab, 'Yes').isVisible()).toBe(true)
  await tab.getByRole('link', { name: 'Try again' }).click()
  await tab.getByText(/The page could not be loaded/).waitFor()
  await pollcast.start()
  await tab.getByRole('link', { name: 'Try again' }).click()
  await tab.getByRole('heading', { name: 'Ask a question' }).waitFor()
  expect(tab.url()).toBe(`${pollcast.url}/new`)
})

test('a page whose files are gone while the server is up shows its fallback', async () => {
  const { page } = await pollcast.makePoll('Blocked?', ['Yes', 'No'])
  for (const end of ['js', 'css']) {
    const voter = await browser.newContext()
    await voter.route(`**/NewPollPage-*.${end}`, (route) => route.fulfill({ status: 404 }))
    const tab = await openTab(voter, page)
    await isLive(tab)
    await tab.getByRole('link', { name: 'New poll' }).click()
    await tab.getByText(/Asking a question needs JavaScript/).waitFor()
    expect(tab.url()).toBe(`${pollcast.url}/new`)
    await voter.close()
  }
})

test('the page that a static host serves says what it needs', async () => {
  const voter = await newVoter({ javaScriptEnabled: false })
  await voter.route('http://other.test/**', (route) => {
    const { pathname } = new URL(route.request().url())
    return route.fulfill({ path: join(ROOT, 'apps/web/dist', pathname === '/' ? 'index.html' : pathname) })
  })
  const tab = await openTab(voter, 'http://other.test/')
  expect(await tab.getByText(/Pollcast could not start/).isVisible()).toBe(true)
})

test('a part of the page that can’t be loaded is missing, and the page goes on', async () => {
  const { id, page } = await pollcast.makePoll('Without the code?', ['Yes', 'No'])
  const voter = await newVoter()
  await voter.clock.install()
  await voter.route('**/assets/QrPicture*', (route) => route.abort())
  const tab = await openTab(voter, page)
  await isLive(tab)
  const refused = tab.waitForEvent('requestfailed')
  await voter.clock.fastForward(3000)
  await refused
  await pollcast.vote(id, 0)
  await shows(tab, [1, 0])
})
