import type { BrowserContext, Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { choice, connection, isLive, openTab, shows } from './support/browser.ts'
import { startServerAndBrowser } from './support/setup.ts'
import { watchStreams } from './support/streams.ts'

const { pollcast, newVoter } = await startServerAndBrowser()

const openTabs = (voter: BrowserContext, page: string, count: number) =>
  Promise.all(Array.from({ length: count }, () => openTab(voter, page)))

/** Records the connection states that each tab shows from now on. */
async function recordStates(tabs: Page[]) {
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
  const voter = await newVoter()
  const streams = watchStreams(voter)
  const tabs = await openTabs(voter, page, 8)
  await Promise.all(tabs.map(isLive))
  await choice(tabs[7] as Page, 'Yes').click()
  await Promise.all(tabs.map((tab) => shows(tab, [1, 0])))
  await choice(tabs[3] as Page, 'No').click()
  await Promise.all(tabs.map((tab) => shows(tab, [0, 1])))
  await expect.poll(() => streams().length).toBe(1)
})

test('when the tab with the stream is closed, another takes over, and no tab shows a lost connection', async () => {
  const { id, page } = await pollcast.makePoll('Next, please?', ['Yes', 'No'])
  const voter = await newVoter()
  const streams = watchStreams(voter)
  let tabs = await openTabs(voter, page, 4)
  await Promise.all(tabs.map(isLive))
  const statesOf = await recordStates(tabs)
  for (let votes = 1; votes <= 3; votes++) {
    await expect.poll(() => streams().length).toBe(1)
    await streams()[0]?.close()
    tabs = tabs.filter((tab) => !tab.isClosed())
    await pollcast.vote(id, 0)
    await Promise.all(tabs.map((tab) => shows(tab, [votes, 0])))
  }
  expect(tabs).toHaveLength(1)
  for (const tab of tabs) expect(await statesOf(tab)).toEqual([])
})

test('tabs that share a stream all show that the server is down, and are all live again once it is back', async () => {
  const { id, page } = await pollcast.makePoll('Shared, and back?', ['Yes', 'No'])
  const tabs = await openTabs(await newVoter(), page, 3)
  await Promise.all(tabs.map(isLive))
  await pollcast.stop()
  await Promise.all(tabs.map((tab) => expect.poll(() => connection(tab)).toBe('reconnecting')))
  await pollcast.start()
  await pollcast.vote(id, 1)
  await Promise.all(tabs.map(isLive))
  await Promise.all(tabs.map((tab) => shows(tab, [0, 1])))
})

test('a tab that crashes while the server is down takes neither the stream nor the votes of the others with it', async () => {
  const { id, page } = await pollcast.makePoll('Both gone?', ['Yes', 'No'])
  const voter = await newVoter()
  const streams = watchStreams(voter)
  const tabs = await openTabs(voter, page, 3)
  await Promise.all(tabs.map(isLive))
  await expect.poll(() => streams().length).toBe(1)
  const leader = streams()[0] as Page
  const others = tabs.filter((tab) => tab !== leader)
  await pollcast.kill()
  await choice(leader, 'Yes').click()
  await leader.getByText('Your vote is kept').waitFor()
  const cdp = await voter.newCDPSession(leader)
  const crashed = leader.waitForEvent('crash')
  cdp.send('Page.crash').catch(() => {})
  await crashed
  await Promise.all(others.map((tab) => expect.poll(() => connection(tab)).toBe('reconnecting')))
  await choice(others[0] as Page, 'No').click()
  await pollcast.start()
  await Promise.all(others.map(isLive))
  // Who changes their vote while it waits has one.
  await Promise.all(others.map((tab) => shows(tab, [0, 1])))
  await pollcast.vote(id, 0)
  await Promise.all(others.map((tab) => shows(tab, [1, 1])))
})

test('a tab that is closed without a network leaves another one that is live, and votes, once there is one', async () => {
  const { id, page } = await pollcast.makePoll('Offline both?', ['Yes', 'No'])
  const voter = await newVoter()
  const streams = watchStreams(voter)
  const tabs = await openTabs(voter, page, 2)
  await Promise.all(tabs.map(isLive))
  await expect.poll(() => streams().length).toBe(1)
  const [leader] = streams()
  const other = tabs.find((tab) => tab !== leader) as Page
  await voter.setOffline(true)
  await leader?.close()
  await choice(other, 'Yes').click()
  await other.getByText('Your vote is kept').waitFor()
  await pollcast.vote(id, 1)
  await voter.setOffline(false)
  await isLive(other)
  await shows(other, [1, 1])
})

test('a vote in one tab shows as the own vote in the browser’s other tabs, but not for other voters', async () => {
  const { page } = await pollcast.makePoll('Whose?', ['Left', 'Right'])
  const [one, other] = (await openTabs(await newVoter(), page, 2)) as [Page, Page]
  const otherVoter = await openTab(await newVoter(), page)
  await Promise.all([one, other, otherVoter].map(isLive))
  await choice(one, 'Left').click()
  await choice(other, 'Left').and(other.locator('[aria-pressed=true]')).waitFor()
  await shows(otherVoter, [1, 0])
  expect(await choice(otherVoter, 'Left').getAttribute('aria-pressed')).toBe('false')
  await choice(other, 'Right').click()
  await choice(one, 'Right').and(one.locator('[aria-pressed=true]')).waitFor()
  await shows(one, [0, 1])
})
