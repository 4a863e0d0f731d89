import type { BrowserContext, Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { choice, connection, isLive, openTab, shows } from './support/browser.ts'
import { stage } from './support/stage.ts'

const { pollcast, somebody } = await stage()

const openTabs = (voter: BrowserContext, page: string, count: number) =>
  Promise.all(Array.from({ length: count }, () => openTab(voter, page)))

/** The pages that have asked for a stream, once for each time. */
function streamers(voter: BrowserContext): Page[] {
  const pages: Page[] = []
  voter.on('request', (request) => {
    if (request.url().endsWith('/stream')) pages.push(request.frame().page())
  })
  return pages
}

/** Notes what each tab says of its connection from now on. */
async function noteStates(tabs: Page[]) {
  for (const tab of tabs) {
    await tab.getByTestId('connection').evaluate((shown: HTMLElement) => {
      const states: (string | undefined)[] = []
      new MutationObserver(() => states.push(shown.dataset.state)).observe(shown, { attributes: true })
      Object.assign(window, { states })
    })
  }
  return (tab: Page) => tab.evaluate(() => Reflect.get(window, 'states'))
}

test('eight tabs of one browser share one stream: all are live, and a vote in one moves all', async () => {
  const { page } = await pollcast.makePoll('Eight tabs?', ['Yes', 'No'])
  const voter = await somebody()
  const streams = streamers(voter)
  const tabs = await openTabs(voter, page, 8)
  await Promise.all(tabs.map(isLive))
  await choice(tabs[7] as Page, 'Yes').click()
  await Promise.all(tabs.map((tab) => shows(tab, [1, 0])))
  await choice(tabs[3] as Page, 'No').click()
  await Promise.all(tabs.map((tab) => shows(tab, [0, 1])))
  expect(streams).toHaveLength(1)
})

test('when the tab that has the stream is closed, another takes it over, and none says that it was lost', async () => {
  const { id, page } = await pollcast.makePoll('Next, please?', ['Yes', 'No'])
  const voter = await somebody()
  const streams = streamers(voter)
  let tabs = await openTabs(voter, page, 4)
  await Promise.all(tabs.map(isLive))
  const statesOf = await noteStates(tabs)
  for (let votes = 1; votes <= 3; votes++) {
    await streams.at(-1)?.close()
    tabs = tabs.filter((tab) => !tab.isClosed())
    await pollcast.vote(id, 0)
    await Promise.all(tabs.map((tab) => shows(tab, [votes, 0])))
  }
  expect(new Set(streams)).toHaveProperty('size', 4)
  for (const tab of tabs) expect(await statesOf(tab)).toEqual([])
})

test('tabs whose stream is held by one that is frozen say that it is lost, and take it; it queues again', async () => {
  const { id, page } = await pollcast.makePoll('Frozen?', ['Yes', 'No'])
  const voter = await somebody()
  await voter.clock.install()
  const streams = streamers(voter)
  const leader = await openTab(voter, page)
  await isLive(leader)
  const others = await openTabs(voter, page, 2)
  await Promise.all(others.map(isLive))
  expect(new Set(streams)).toEqual(new Set([leader]))

  // As good as frozen: the others hear nothing of it any more.
  await leader.evaluate(() => {
    BroadcastChannel.prototype.postMessage = () => {}
  })
  const statesOf = await noteStates(others)
  await voter.clock.fastForward(34_000)
  for (const tab of others) await expect.poll(() => statesOf(tab)).toEqual(['reconnecting', 'live'])
  await pollcast.vote(id, 1)
  await Promise.all(others.map((tab) => shows(tab, [0, 1])))

  await Promise.all(others.map((tab) => tab.close()))
  await pollcast.vote(id, 1)
  await shows(leader, [0, 2])
})

test('tabs that share a stream all say it when the server is gone, and are all live again when it is back', async () => {
  const { id, page } = await pollcast.makePoll('Shared, and back?', ['Yes', 'No'])
  const tabs = await openTabs(await somebody(), page, 3)
  await Promise.all(tabs.map(isLive))
  await pollcast.stop()
  await Promise.all(tabs.map((tab) => expect.poll(() => connection(tab)).toBe('reconnecting')))
  await pollcast.start()
  await pollcast.vote(id, 1)
  await Promise.all(tabs.map(isLive))
  await Promise.all(tabs.map((tab) => shows(tab, [0, 1])))
})

test('where there are no Web Locks each tab has its own stream, and five leave a connection to vote with', async () => {
  const { page } = await pollcast.makePoll('Plain http?', ['Yes', 'No'])
  const voter = await somebody()
  await voter.addInitScript(() => Object.defineProperty(Navigator.prototype, 'locks', { value: undefined }))
  const streams = streamers(voter)
  const tabs = await openTabs(voter, page, 5)
  await Promise.all(tabs.map(isLive))
  await choice(tabs[4] as Page, 'Yes').click()
  await Promise.all(tabs.map((tab) => shows(tab, [1, 0])))
  expect(streams).toHaveLength(5)
})

test('a vote in one tab is the own vote in the browser’s other tabs, and nobody else’s', async () => {
  const { page } = await pollcast.makePoll('Whose?', ['Left', 'Right'])
  const [one, other] = (await openTabs(await somebody(), page, 2)) as [Page, Page]
  const stranger = await openTab(await somebody(), page)
  await Promise.all([one, other, stranger].map(isLive))
  await choice(one, 'Left').click()
  await choice(other, 'Left').and(other.locator('[aria-pressed=true]')).waitFor()
  await shows(stranger, [1, 0])
  expect(await choice(stranger, 'Left').getAttribute('aria-pressed')).toBe('false')
  await choice(other, 'Right').click()
  await choice(one, 'Right').and(one.locator('[aria-pressed=true]')).waitFor()
  await shows(one, [0, 1])
})
