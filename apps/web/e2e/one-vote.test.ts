import { ProxyServer } from '@pollcast/api/testing/proxy-server'
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, expect, test } from 'vitest'
import { choice, isLive, openTab, shows } from './support/browser.ts'
import { startServerAndBrowser } from './support/setup.ts'

const { pollcast, newVoter } = await startServerAndBrowser()
const { proxy, url } = await ProxyServer.before(pollcast.url, 80)
afterAll(() => proxy.close())

const votesOn = async (pollId: string): Promise<number> =>
  (await (await fetch(`${pollcast.url}/api/polls/${pollId}`)).json()).totalVotes

/** Opens a poll by its link in the list, without loading another page. */
async function openFromList(voter: BrowserContext, question: string): Promise<Page> {
  const tab = await openTab(voter, url)
  await tab.getByRole('link', { name: question, exact: true }).click()
  // The front page is live too.
  await tab.waitForURL(/\/polls\//)
  await isLive(tab)
  return tab
}

/** Lets the request reach the server and drops the connection before the answer, so that Chromium sends it again. */
async function losingTheAnswer(act: () => Promise<unknown>, reached: () => Promise<boolean>): Promise<void> {
  proxy.hold('answers')
  await act()
  await expect.poll(reached).toBe(true)
  proxy.cut()
  proxy.hold('nothing')
}

const voteAndLoseTheAnswer = async (tab: Page, pollId: string, text: string) => {
  const answered = tab.waitForResponse((answer) => answer.url().endsWith('/votes'))
  await losingTheAnswer(
    () => choice(tab, text).click(),
    async () => (await votesOn(pollId)) === 1,
  )
  expect((await answered).status()).toBe(201)
}

test('a first vote on a poll opened from the list counts once when its answer is lost and the browser sends it again', async () => {
  const { id } = await pollcast.makePoll('Lost from the list?', ['Yes', 'No'])
  const tab = await openFromList(await newVoter(), 'Lost from the list?')
  await voteAndLoseTheAnswer(tab, id, 'Yes')
  await shows(tab, [1, 0])
  await choice(tab, 'No').click()
  await shows(tab, [0, 1])
  expect(await votesOn(id)).toBe(1)
})

/** Creates a poll with the form, and returns its id once its room is open. */
async function createByForm(
  tab: Page,
  question: string,
  send: (submit: () => Promise<void>) => Promise<void>,
): Promise<string> {
  await tab.locator('[name=question]').fill(question)
  await tab.locator('[name=choice]').nth(0).fill('Yes')
  await tab.locator('[name=choice]').nth(1).fill('No')
  await tab.getByText('More settings').click()
  await tab.locator('[name=listed]').check()
  await send(() => tab.getByRole('button', { name: /Start the poll/ }).click())
  await tab.waitForURL(/\/r\/\d+\/host$/)
  const [, code] = /\/r\/(\d+)/.exec(tab.url()) ?? []
  return (await (await fetch(`${pollcast.url}/api/rooms/${code}`)).json()).poll.id
}

test('so does a first vote on a poll that was just created', async () => {
  const tab = await openTab(await newVoter(), `${url}new`)
  const id = await createByForm(tab, 'Lost, just created?', (submit) => submit())
  await tab.goto(`${url}polls/${id}`)
  await isLive(tab)
  await voteAndLoseTheAnswer(tab, id, 'No')
  await shows(tab, [0, 1])
  expect(await votesOn(id)).toBe(1)
})

test('a poll is created once when the answer is lost and the browser sends it again', async () => {
  const listed = async () => {
    const { polls } = await (await fetch(`${pollcast.url}/api/polls`)).json()
    return polls.filter((poll: { question: string }) => poll.question === 'Created once?').length
  }
  const tab = await openTab(await newVoter(), `${url}new`)
  await createByForm(tab, 'Created once?', (submit) => losingTheAnswer(submit, async () => (await listed()) === 1))
  expect(await listed()).toBe(1)
})

test('two tabs opened from the list that vote at the same time are one voter', async () => {
  const { id } = await pollcast.makePoll('Two at once?', ['Yes', 'No'])
  const voter = await newVoter()
  const tabs = [await openFromList(voter, 'Two at once?'), await openFromList(voter, 'Two at once?')] as const
  // Neither has received the other's vote when it votes.
  proxy.hold('all')
  await Promise.all([choice(tabs[0], 'Yes').click(), choice(tabs[1], 'No').click()])
  const answered = tabs.map((tab) => tab.waitForResponse((answer) => answer.url().endsWith('/votes')))
  proxy.hold('nothing')
  for (const answer of await Promise.all(answered)) expect(answer.status()).toBe(201)
  expect(await votesOn(id)).toBe(1)
})

test('an invalid voter cookie is replaced, and the click still is one vote, which can be changed', async () => {
  const { id } = await pollcast.makePoll('Bad cookie?', ['Yes', 'No'])
  const voter = await newVoter()
  const tab = await openFromList(voter, 'Bad cookie?')
  const [{ name } = { name: '' }] = await voter.cookies()
  expect(name).toMatch(/^pollcast-\w{8}$/)
  await voter.addCookies([{ name, value: 'gone.bad', url }])
  await choice(tab, 'Yes').click()
  await shows(tab, [1, 0])
  await choice(tab, 'No').click()
  await shows(tab, [0, 1])
  await tab.reload()
  await isLive(tab)
  expect(await choice(tab, 'No').getAttribute('aria-pressed')).toBe('true')
  expect(await votesOn(id)).toBe(1)
  expect(await tab.getByTestId('problem').count()).toBe(0)
})
