import type { BrowserContext, BrowserContextOptions, Route } from 'playwright-core'
import { expect, test } from 'vitest'
import { choice, isLive, openTab, shows } from './support/browser.ts'
import { startServerAndBrowser } from './support/setup.ts'

const { pollcast, newVoter } = await startServerAndBrowser()

const phone = { viewport: { width: 360, height: 740 } }
const letters = [...'ABCDEFGHIJKLMNOPQRST']

/** Votes for the first choice as this voter, and returns the status of the answer. */
async function voteByApi(voter: BrowserContext, pollId: string): Promise<number> {
  const address = `${pollcast.url}/api/polls/${pollId}`
  const { choices } = await (await voter.request.get(address)).json()
  return (await voter.request.post(`${address}/votes`, { data: { choiceIds: [choices[0].id] } })).status()
}

/** A tab in which a vote is refused, as the voter has cast their final one elsewhere. */
async function openWhereRefused(choices: string[], options?: BrowserContextOptions) {
  const room = await pollcast.makeRoom({ choices, allowChange: false })
  const voter = await newVoter(options)
  const tab = await openTab(voter, room.page)
  await isLive(tab)
  expect(await voteByApi(voter, room.id)).toBe(201)
  return tab
}

test('a vote that the server refuses is taken back, with a message', async () => {
  const tab = await openWhereRefused(['Yes', 'No'])
  await shows(tab, [1, 0])
  await choice(tab, 'No').click()
  await tab.getByText(/Votes in this poll are final/).waitFor()
  await shows(tab, [1, 0])
  expect(await choice(tab, 'No').getAttribute('aria-pressed')).toBe('false')
})

test('a refusal is visible on a phone, wherever the voter is in a long ballot', async () => {
  const tab = await openWhereRefused(letters, phone)
  await choice(tab, 'B').click()
  const notice = tab.getByTestId('problem')
  await notice.waitFor()
  const box = await notice.boundingBox()
  expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThanOrEqual(phone.viewport.height)
  expect(await tab.evaluate(() => scrollY)).toBe(0)
})

test('a vote that the network does not take waits with its selection, says so, and is sent by itself', async () => {
  const { page } = await pollcast.makePoll('Several?', ['A', 'B', 'C'], 2)
  const voter = await newVoter()
  const tab = await openTab(voter, page)
  await isLive(tab)
  await choice(tab, 'A').click()
  await choice(tab, 'C').click()
  await voter.route('**/votes', (route) => route.abort())
  await tab.getByTestId('vote').click()
  await tab.getByText(/Your vote is kept/).waitFor()
  await shows(tab, [0, 0, 0])
  expect(await tab.getByText('2 of 2 selected').count()).toBe(1)
  await voter.unroute('**/votes')
  await shows(tab, [1, 0, 1])
  await expect.poll(() => tab.getByTestId('problem').count()).toBe(0)
})

test('a vote whose answer was lost shows as the own vote', async () => {
  const { page } = await pollcast.makePoll('Lost answer?', ['Yes', 'No'])
  const voter = await newVoter()
  const tab = await openTab(voter, page)
  await isLive(tab)
  const lose = async (route: Route) => {
    await route.fetch()
    await route.abort()
  }
  await voter.route('**/votes', lose, { times: 1 })
  await choice(tab, 'No').click()
  await tab.getByText('Your vote is in.').waitFor()
  await choice(tab, 'No').and(tab.locator('[aria-pressed=true]')).waitFor()
  await shows(tab, [0, 1])
  expect(await tab.getByTestId('problem').count()).toBe(0)
})

test('a vote without a network is not announced as counted, nor taken back as a number', async () => {
  const { page } = await pollcast.makePoll('Offline?', ['Yes', 'No'])
  const voter = await newVoter()
  const tab = await openTab(voter, page)
  await isLive(tab)
  await tab.evaluate(() => {
    const announced: string[] = []
    Object.assign(window, { announced })
    const record = () => {
      for (const region of document.querySelectorAll('[role=status], [role=alert], [aria-live]')) {
        announced.push(region.textContent.trim())
      }
    }
    new MutationObserver(record).observe(document.body, { subtree: true, childList: true, characterData: true })
  })
  await voter.setOffline(true)
  await choice(tab, 'Yes').click()
  await tab.getByTestId('problem').waitFor()
  const announced = await tab.evaluate(() => Reflect.get(window, 'announced') as string[])
  expect(announced).toContain('Sending your vote…')
  expect(announced.filter((text) => /1 voter|is in/.test(text))).toEqual([])
  expect(new Set(announced.filter((text) => /voter/.test(text)))).toEqual(new Set(['0 voters']))
  await voter.setOffline(false)
  await tab.getByText('Your vote is in.').waitFor()
  await shows(tab, [1, 0])
})
