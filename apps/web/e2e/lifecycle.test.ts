import type { Page } from 'playwright-core'
import { expect, onTestFinished, test } from 'vitest'
import {
  choice,
  isLive,
  launchWithBackForwardCache,
  openContext,
  openTab,
  shows,
  withHiddenTabs,
} from './support/browser.ts'
import { startServerAndBrowser } from './support/setup.ts'
import { watchStreams } from './support/streams.ts'

const { pollcast } = await startServerAndBrowser()

/** What docs/live.md says of how long it takes. */
const report = (text: string) => process.stdout.write(`${text}\n`)

test('a tab that the browser freezes with the stream is replaced within 2 s, and is right and live when it thaws', async () => {
  const { id, page } = await pollcast.makePoll('Frozen?', ['Yes', 'No'])
  await withHiddenTabs(async (voter) => {
    const streams = watchStreams(voter)
    const tabs = [await openTab(voter, page)]
    await isLive(tabs[0] as Page)
    tabs.push(await openTab(voter, page))
    await isLive(tabs[1] as Page)
    const leader = streams().at(-1) as Page
    const other = tabs.find((tab) => tab !== leader) as Page
    await leader.bringToFront()
    await isLive(leader)

    const cdp = await voter.newCDPSession(leader)
    await cdp.send('Page.setWebLifecycleState', { state: 'frozen' })
    const frozenAt = Date.now()
    await other.bringToFront()
    await expect.poll(() => streams().at(-1)).toBe(other)
    report(`another tab had the stream ${Date.now() - frozenAt} ms after the freeze`)
    await pollcast.vote(id, 0)
    await shows(other, [1, 0])

    await cdp.send('Page.setWebLifecycleState', { state: 'active' })
    const thawedAt = Date.now()
    await leader.bringToFront()
    await shows(leader, [1, 0])
    await isLive(leader)
    report(`the frozen one was live and right ${Date.now() - thawedAt} ms after it thawed`)
    await choice(leader, 'No').click()
    await shows(leader, [1, 1])
    await expect.poll(() => streams().length).toBe(1)
    await other.bringToFront()
    await shows(other, [1, 1])
  })
})

const isAsItWas = (tab: Page) => tab.evaluate(() => Reflect.get(window, 'isMarked') === true)

test('a page that comes back out of the back-forward cache shows what there is now, is live, and votes', async () => {
  const browser = await launchWithBackForwardCache()
  onTestFinished(() => browser.close())
  const { context, errors } = await openContext(browser)
  const { id, page } = await pollcast.makePoll('Back?', ['Yes', 'No'])
  const other = await pollcast.makePoll('Elsewhere?', ['Yes', 'No'])
  const tab = await openTab(context, page)
  await isLive(tab)
  await choice(tab, 'Yes').click()
  await shows(tab, [1, 0])
  await tab.evaluate(() => Object.assign(window, { isMarked: true }))
  await tab.goto(other.page)
  await isLive(tab)
  expect(await isAsItWas(tab)).toBe(false)
  await pollcast.vote(id, 1)
  await tab.goBack({ waitUntil: 'commit' })
  const backAt = Date.now()
  await shows(tab, [1, 1])
  await isLive(tab)
  report(`live and right ${Date.now() - backAt} ms after it came back`)
  expect(await isAsItWas(tab)).toBe(true)
  await pollcast.vote(id, 1)
  await shows(tab, [1, 2])
  await choice(tab, 'No').click()
  await shows(tab, [0, 3])
  expect(errors).toEqual([])
})
