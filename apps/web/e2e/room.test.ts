import type { BrowserContext, Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { choice, isLive, openTab, shows, tabled } from './support/browser.ts'
import { startServerAndBrowser } from './support/setup.ts'

const { pollcast, newVoter } = await startServerAndBrowser()

/** The requests to the API that a voter's pages make from now on. */
function recordRequests(voter: BrowserContext): string[] {
  const urls: string[] = []
  voter.on('request', (request) => request.url().includes('/api/') && urls.push(request.url()))
  return urls
}

const heading = (tab: Page) => tab.getByRole('heading', { level: 1 }).textContent()
const isIn = (tab: Page, question: string) => expect.poll(() => heading(tab)).toBe(question)

test('a move of the room is seen in every tab without a request, and a late comer lands on what is on', async () => {
  const room = await pollcast.makeRoom({ question: 'First?', choices: ['A', 'B'] })
  const second = await room.addPoll({ question: 'Second?', choices: ['C', 'D', 'E'] })
  const [one, other] = [await newVoter(), await newVoter()]
  const tabs = [await openTab(one, room.page), await openTab(one, room.page), await openTab(other, room.page)]
  await Promise.all(tabs.map(isLive))
  const [first = undefined as never] = tabs
  await choice(first, 'A').click()
  for (const tab of tabs) await shows(tab, [1, 0])
  const requests = [recordRequests(one), recordRequests(other)]

  await room.move(second)
  for (const tab of tabs) await isIn(tab, 'Second?')
  for (const tab of tabs) await shows(tab, [0, 0, 0])
  await room.move(null)
  for (const tab of tabs) await isIn(tab, 'The next question is coming soon')
  await room.move(room.id)
  for (const tab of tabs) await tab.getByText('Closed. Final results.').waitFor()
  // What the voter had chosen is still marked as theirs, and in no one else's browser.
  await choice(first, 'A').getByText('Your vote').waitFor()
  expect(await (tabs[2] as Page).getByText('Your vote', { exact: true }).count()).toBe(0)
  expect(requests).toEqual([[], []])

  const late = await openTab(await newVoter(), room.page)
  await isIn(late, 'First?')
})

test('a page that was opened between two questions is never empty, and moves on', async () => {
  const room = await pollcast.makeRoom({ question: 'Soon?', choices: ['A', 'B'] })
  await room.move(null)
  const tab = await openTab(await newVoter(), room.page)
  await tab.getByText('The next question is coming soon').waitFor()
  await isLive(tab)
  await room.move(room.id)
  await isIn(tab, 'Soon?')
})

test('where voters see results, those are there with their vote in both of their tabs, without a reload', async () => {
  const room = await pollcast.makeRoom({ choices: ['Tea', 'Coffee'], resultsVisibility: 'after-vote' })
  await pollcast.vote(room.id, 1)
  const voter = await newVoter()
  const tabs = [await openTab(voter, room.page), await openTab(voter, room.page)] as const
  await Promise.all(tabs.map(isLive))
  for (const tab of tabs) {
    await tab.getByText('Results are hidden until you vote.').waitFor()
    expect(await tabled(tab)).toEqual([])
  }
  await choice(tabs[0], 'Tea').click()
  for (const tab of tabs) await shows(tab, [1, 1])
  await pollcast.vote(room.id, 1)
  for (const tab of tabs) await shows(tab, [1, 2])
})

test('a reveal comes by itself, without a request, and a poll that hides again takes the numbers away', async () => {
  const room = await pollcast.makeRoom({ choices: ['Tea', 'Coffee'], resultsVisibility: 'host' })
  await pollcast.vote(room.id, 0)
  const voter = await newVoter()
  const tab = await openTab(voter, room.page)
  await isLive(tab)
  await tab.getByText('Results are hidden').first().waitFor()
  const requests = recordRequests(voter)
  await room.change({ resultsVisibility: 'always' })
  await shows(tab, [1, 0])
  await room.change({ resultsVisibility: 'host' })
  await expect.poll(() => tabled(tab)).toEqual([])
  expect(requests).toEqual([])
})

test('a new round begins at zero, without the own vote, and takes a new one', async () => {
  const room = await pollcast.makeRoom({ choices: ['Tea', 'Coffee'] })
  const tab = await openTab(await newVoter(), room.page)
  await isLive(tab)
  await choice(tab, 'Tea').click()
  await tab.getByText('Your vote is in.').waitFor()
  await room.startRound()
  await shows(tab, [0, 0])
  expect(await tab.getByText('Your vote is in.').count()).toBe(0)
  await choice(tab, 'Coffee').click()
  await shows(tab, [0, 1])
})

test('a vote can be taken back', async () => {
  const room = await pollcast.makeRoom({ choices: ['Tea', 'Coffee'] })
  const tab = await openTab(await newVoter(), room.page)
  await isLive(tab)
  await choice(tab, 'Tea').click()
  await shows(tab, [1, 0])
  await tab.getByTestId('take-back').click()
  await shows(tab, [0, 0])
  await tab.reload()
  await isLive(tab)
  expect(await choice(tab, 'Tea').getAttribute('aria-pressed')).toBe('false')
})

test('where votes are final the page says so, and takes no other', async () => {
  const room = await pollcast.makeRoom({ choices: ['Tea', 'Coffee'], allowChange: false })
  const tab = await openTab(await newVoter(), room.page)
  await isLive(tab)
  await choice(tab, 'Tea').click()
  await tab.getByText('It is final.').waitFor()
  expect(await choice(tab, 'Coffee').isDisabled()).toBe(true)
  expect(await tab.getByTestId('take-back').count()).toBe(0)
})

test('the voter sees how many choices are missing, and why the others can’t be chosen', async () => {
  const room = await pollcast.makeRoom({ choices: ['A', 'B', 'C', 'D'], minChoices: 2, maxChoices: 3 })
  const tab = await openTab(await newVoter(), room.page)
  await isLive(tab)
  await tab.getByText('Choose 2 to 3.').waitFor()
  await choice(tab, 'A').click()
  await tab.getByText('Choose 1 more.').waitFor()
  expect(await tab.getByTestId('vote').isDisabled()).toBe(true)
  await choice(tab, 'B').click()
  await choice(tab, 'C').click()
  await tab.getByText('deselect one first').waitFor()
  expect(await choice(tab, 'D').getByRole('checkbox').isDisabled()).toBe(true)
  await tab.getByTestId('vote').click()
  await shows(tab, [1, 1, 1, 0])
})

test('a code from the link is taken out of the address, counts once, and is still there after a reload', async () => {
  const room = await pollcast.makeRoom({ choices: ['Tea', 'Coffee'], voteMode: 'code' })
  const { codes } = await room.issueCodes(1)
  const tab = await openTab(await newVoter(), `${room.page}#${codes[0]}`)
  await isLive(tab)
  await expect.poll(() => tab.url()).toBe(room.page)
  await choice(tab, 'Tea').click()
  await shows(tab, [1, 0])
  await tab.reload()
  await isLive(tab)
  await choice(tab, 'Tea').getByText('Your vote').waitFor()
  await choice(tab, 'Coffee').click()
  await shows(tab, [0, 1])
})

test('without a code the page asks for one, and says where it is not one of the room’s', async () => {
  const room = await pollcast.makeRoom({ choices: ['Tea', 'Coffee'], voteMode: 'code' })
  const { codes } = await room.issueCodes(1)
  const tab = await openTab(await newVoter(), room.page)
  await isLive(tab)
  expect(await choice(tab, 'Tea').isDisabled()).toBe(true)
  const enter = async (code: string) => {
    await tab.getByLabel('Enter your code to vote').fill(code)
    await tab.getByRole('button', { name: 'Use this code' }).click()
    await choice(tab, 'Tea').click()
  }
  await enter('wrong-code')
  await tab.getByText(/doesn't belong to this room/).waitFor()
  await enter(codes[0] ?? '')
  await shows(tab, [1, 0])
})

test('on a tablet that is passed around each vote is someone else’s, and the page clears after it', async () => {
  const room = await pollcast.makeRoom({ choices: ['Tea', 'Coffee'], voteMode: 'none' })
  const tab = await openTab(await newVoter(), room.page)
  await isLive(tab)
  for (const numbers of [
    [1, 0],
    [2, 0],
  ]) {
    await choice(tab, 'Tea').click()
    await tab.getByTestId('thanks').waitFor()
    expect(await choice(tab, 'Coffee').isDisabled()).toBe(true)
    await shows(tab, numbers)
    await tab.getByTestId('thanks').waitFor({ state: 'detached' })
    expect(await choice(tab, 'Tea').getAttribute('aria-pressed')).toBe('false')
  }
})

test('a timer runs down, and the poll closes in the page by itself', async () => {
  const room = await pollcast.makeRoom({ choices: ['Tea', 'Coffee'] })
  const tab = await openTab(await newVoter(), room.page)
  await isLive(tab)
  expect(await tab.getByTestId('time-left').count()).toBe(0)
  await room.change({ closesAt: new Date(Date.now() + 8_000).toISOString() })
  await tab.getByText(/Closes in 0:0[0-8]/).waitFor()
  await tab.getByText('Closed. Final results.').waitFor()
})

test('shuffled choices are in an order that stays for a voter, and votes land where they were put', async () => {
  const choices = [...'ABCDEFGHIJ']
  const room = await pollcast.makeRoom({ choices, shuffleChoices: true })
  const order = async (tab: Page) => tab.getByTestId('choice').locator('bdi').allTextContents()
  const voter = await newVoter()
  const tab = await openTab(voter, room.page)
  await isLive(tab)
  const mine = await order(tab)
  expect([...mine].sort()).toEqual(choices)
  expect(mine).not.toEqual(choices)
  await choice(tab, 'C').click()
  await choice(tab, 'C').getByText('Your vote').waitFor()
  await tab.reload()
  await isLive(tab)
  expect(await order(tab)).toEqual(mine)
  const numbers = await tabled(tab)
  expect(numbers.indexOf(1)).toBe(mine.indexOf('C'))
})

test('what was reworded after the first vote says when', async () => {
  const room = await pollcast.makeRoom({ question: 'Whta?', choices: ['Tea', 'Coffee'] })
  await pollcast.vote(room.id, 0)
  const tab = await openTab(await newVoter(), room.page)
  await isLive(tab)
  await room.change({ question: 'What?' })
  await isIn(tab, 'What?')
  expect(await tab.getByTestId('reworded').textContent()).toMatch(/^Reworded at \d\d:\d\d$/)
})

test('once ballots are published a voter finds theirs and has the page recount all', async () => {
  const room = await pollcast.makeRoom({ choices: ['Tea', 'Coffee'], publishBallots: true })
  const tab = await openTab(await newVoter(), room.page)
  await isLive(tab)
  await choice(tab, 'Coffee').click()
  await tab.getByText('Your vote is in.').waitFor()
  await pollcast.vote(room.id, 0)
  await shows(tab, [1, 1])
  await tab.getByText('My receipt').click()
  expect(await tab.getByTestId('receipt').textContent()).toMatch(/^[\w-]{12}$/)
  await room.change({ status: 'closed' })
  await tab.getByTestId('recount').click()
  const recounted = tab.getByTestId('recounted')
  await recounted.getByText('Your ballot was found: Coffee.').waitFor()
  await recounted.getByText('The ballots of 2 voters add up to the results above.').waitFor()
})

test('a room that is deleted says so in open tabs, and to whoever comes later', async () => {
  const room = await pollcast.makeRoom({ choices: ['Tea', 'Coffee'] })
  const voter = await newVoter()
  const tabs = [await openTab(voter, room.page), await openTab(voter, room.page)]
  await Promise.all(tabs.map(isLive))
  await room.remove()
  for (const tab of tabs) await isIn(tab, 'Room deleted')
  await isIn(await openTab(voter, room.page), 'Room deleted')
})
