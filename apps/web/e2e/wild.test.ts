import type { BrowserContext, Page } from 'playwright-core'
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest'
import { BadProxy, type StreamFault } from './support/bad-proxy.ts'
import { choice, connection, isLive, openTab, shows, tabled } from './support/browser.ts'
import { startServerAndBrowser } from './support/setup.ts'
import { watchStreams } from './support/streams.ts'

const { pollcast, browser, newVoter } = await startServerAndBrowser()

let proxy: BadProxy

beforeEach(async () => {
  proxy = await BadProxy.before(pollcast.port)
})
afterEach(() => proxy.close())

/** The same page behind the proxy. Over plain http, browsers have Web Locks on `localhost` only. */
function behindProxy(page: string, host = 'localhost'): string {
  return Object.assign(new URL(page), { hostname: host, port: String(proxy.port) }).href
}

/** What docs/live.md says of how long it takes. */
const report = (text: string) => process.stdout.write(`${text}\n`)

const countsOf = (tabs: Page[]) => Promise.all(tabs.map(async (tab) => (await tabled(tab))[0]))

async function openFifteen(voter: BrowserContext, host: string) {
  const polls = await Promise.all(['One?', 'Two?', 'Three?'].map((text) => pollcast.makePoll(text, ['Yes', 'No'])))
  const room = await pollcast.makeRoom()
  const pages = [...polls.map(({ page }) => page), room.page].map((page) => behindProxy(page, host))
  const ids = [...polls.map(({ id }) => id), room.id]
  const tabs: Page[] = []
  for (let index = 0; index < 15; index++) tabs.push(await openTab(voter, pages[index % 4] as string))
  await Promise.all(tabs.map(isLive))
  const voteOnAll = async () => {
    for (const id of ids) await pollcast.vote(id, 0)
  }
  return { tabs, voteOnAll }
}

function refuseLocks() {
  const request = () => Promise.reject(new DOMException('Denied.', 'SecurityError'))
  Object.defineProperty(Navigator.prototype, 'locks', { value: { request } })
}

function refuseChannels() {
  const value = function refused() {
    throw new DOMException('Denied.', 'SecurityError')
  }
  Object.defineProperty(window, 'BroadcastChannel', { value })
}

test.each<[string, string, (() => void)[]]>([
  ['with Web Locks', 'localhost', []],
  ['on a name without Web Locks', 'hall.test', []],
  ['where locks are refused', 'localhost', [refuseLocks]],
  ['where channels are refused', 'localhost', [refuseChannels]],
  ['where locks and channels are refused', 'localhost', [refuseLocks, refuseChannels]],
])(
  '%s, 15 tabs on three polls and a room have one stream, also after its tab has crashed',
  async (how, host, inits) => {
    // Not newVoter() elsewhere: on plain http Chromium logs each header that it ignores.
    const voter = await (host === 'localhost' ? newVoter() : browser.newContext())
    for (const init of inits) await voter.addInitScript(init)
    const streams = watchStreams(voter)
    const { tabs, voteOnAll } = await openFifteen(voter, host)
    await expect.poll(() => proxy.openStreams).toBe(1)
    await voteOnAll()
    await expect.poll(() => countsOf(tabs)).toEqual(tabs.map(() => 1))
    await choice(tabs[0] as Page, 'No').click()

    const leader = streams().at(-1) as Page
    const cdp = await voter.newCDPSession(leader)
    const crashed = leader.waitForEvent('crash')
    cdp.send('Page.crash').catch(() => {})
    await crashed
    const crashedAt = Date.now()
    await expect.poll(() => streams().at(-1) !== leader && proxy.openStreams).toBe(1)
    report(`${how}: another tab had the stream ${Date.now() - crashedAt} ms after the crash`)
    await voteOnAll()
    const others = tabs.filter((tab) => tab !== leader)
    await expect.poll(() => countsOf(others)).toEqual(others.map(() => 2))
    expect(proxy.openStreams).toBe(1)
    await voter.close()
  },
)

test('a tab that hangs with the stream is replaced, and no vote is lost', async () => {
  const { id, page } = await pollcast.makePoll('Hanging?', ['Yes', 'No'])
  const voter = await newVoter()
  const streams = watchStreams(voter)
  const leader = await openTab(voter, behindProxy(page))
  await isLive(leader)
  const others = [await openTab(voter, behindProxy(page)), await openTab(voter, behindProxy(page))]
  await Promise.all(others.map(isLive))
  const hangsAt = Date.now()
  const hanging = leader.evaluate(() => {
    for (const end = Date.now() + 8_000; Date.now() < end; );
  })
  await pollcast.vote(id, 0)
  await expect.poll(() => streams().at(-1) !== leader).toBe(true)
  await Promise.all(others.map((tab) => shows(tab, [1, 0])))
  report(`The vote was on the others ${Date.now() - hangsAt} ms after the tab hung`)
  await hanging
  await shows(leader, [1, 0])
  await expect.poll(() => proxy.openStreams).toBe(1)
})

const FAULTS: [StreamFault, string][] = [
  ['buffer', 'Kept back?'],
  ['page', 'Answered with a page?'],
  ['reset', 'Cut with a reset?'],
  ['swallow', 'Swallowed after the first event?'],
]

async function behindBadProxy(fault: StreamFault, question: string) {
  const bad = await BadProxy.before(pollcast.port)
  onTestFinished(() => bad.close())
  bad.fault = fault
  const { id, page } = await pollcast.makePoll(question, ['Yes', 'No'])
  const tab = await openTab(await newVoter(), Object.assign(new URL(page), { port: String(bad.port) }).href)
  await choice(tab, 'No').click()
  await shows(tab, [0, 1])
  const votedAt = Date.now()
  await pollcast.vote(id, 0)
  await expect.poll(() => tabled(tab), { message: fault }).toEqual([1, 1])
  report(`${fault}: a vote was on the page after ${Date.now() - votedAt} ms, ${await connection(tab)}`)
  bad.fault = 'none'
  const betterAt = Date.now()
  await isLive(tab)
  await pollcast.vote(id, 0)
  await expect.poll(() => tabled(tab), { message: fault }).toEqual([2, 1])
  report(`${fault}: live ${Date.now() - betterAt} ms after the proxy was better`)
}

test('behind proxies that each spoil streams in their way, a poll moves and takes votes, and is live once its proxy is better', async () => {
  // Side by side, as it takes a page some time to try a stream again.
  await Promise.all(FAULTS.map(([fault, question]) => behindBadProxy(fault, question)))
})

test('behind a proxy that keeps streams back, the page says that it polls', async () => {
  const { page } = await pollcast.makePoll('Polling?', ['Yes', 'No'])
  proxy.fault = 'buffer'
  const tab = await openTab(await newVoter(), behindProxy(page))
  await tab.locator('[data-testid=connection][data-state=polling]').waitFor()
})

test('the badge says how fresh the page is', async () => {
  const { id, page } = await pollcast.makePoll('Fresh?', ['Yes', 'No'])
  const tab = await openTab(await newVoter(), page)
  await isLive(tab)
  await pollcast.vote(id, 0)
  await expect.poll(() => tab.getByTestId('connection').textContent()).toMatch(/^Live\d+ ms$/)
})

test('after a server was killed the page says since when, and is live again when it is back, with the vote that waited', async () => {
  const { id, page } = await pollcast.makePoll('Killed?', ['Yes', 'No'])
  const tab = await openTab(await newVoter(), page)
  await isLive(tab)
  await pollcast.kill()
  await tab.locator('[data-testid=connection][data-state=reconnecting]').waitFor()
  await choice(tab, 'Yes').click()
  await tab.getByText('Your vote is kept').waitFor()
  await expect.poll(() => tab.getByTestId('connection').textContent()).toMatch(/Reconnecting….*[2-9] s$/)
  await pollcast.start()
  const upAt = Date.now()
  await tab.locator('[data-testid=connection][data-state=live]').waitFor()
  report(`live ${Date.now() - upAt} ms after the server was back`)
  await shows(tab, [1, 0])
  await pollcast.vote(id, 1)
  await shows(tab, [1, 1])
})
