import type { NewPollBody } from '@pollcast/shared/settings'
import { expect, test } from 'vitest'
import { choice, isLive, openTab, shows } from './support/browser.ts'
import { startServerAndBrowser } from './support/setup.ts'

const { pollcast, newVoter } = await startServerAndBrowser()

async function openRoom() {
  const room = await pollcast.makeRoom({ question: 'First?', choices: ['Yes', 'No'] })
  const next = await room.addPoll({ question: 'Second?', choices: ['Tea', 'Coffee'] } as NewPollBody)
  const voter = await newVoter()
  const tab = await openTab(voter, room.page)
  await isLive(tab)
  const votes = async () => {
    const { choices } = await (await fetch(`${pollcast.url}/api/polls/${room.id}`)).json()
    return choices.map((one: { votes: number }) => one.votes)
  }
  const voteOffline = async (text: string) => {
    await voter.setOffline(true)
    await choice(tab, text).click()
    await tab.getByText('Your vote is kept').waitFor()
    await tab.getByRole('status').filter({ hasText: 'You are offline' }).waitFor()
  }
  return { room, next, voter, tab, votes, voteOffline }
}

test('a vote that waited until its poll was closed and the room had moved on is not counted, and the page says so', async () => {
  const { room, next, voter, tab, votes, voteOffline } = await openRoom()
  await voteOffline('Yes')
  await room.move(next)
  await voter.setOffline(false)
  await tab.getByRole('heading', { name: 'Second?' }).waitFor()
  await tab.getByText(/Your vote on “First\?” was not counted\. .*closed/).waitFor()
  await tab.getByRole('button', { name: 'Dismiss' }).click()
  await expect.poll(() => tab.getByTestId('problem').count()).toBe(0)
  expect(await votes()).toEqual([0, 0])
})

test('a vote that waits is sent though the room has moved on, also after the page was loaded anew', async () => {
  const { room, next, voter, tab, votes, voteOffline } = await openRoom()
  await voteOffline('No')
  await tab.close()
  await room.move(next, false)
  await voter.setOffline(false)
  const again = await openTab(voter, room.page)
  await again.getByRole('heading', { name: 'Second?' }).waitFor()
  await expect.poll(votes).toEqual([0, 1])
  await expect
    .poll(() => again.evaluate(() => Object.keys(localStorage).filter((key) => /waiting/.test(key))))
    .toEqual([])
  await room.move(room.id)
  await choice(again, 'No').and(again.locator('[aria-pressed=true]')).waitFor()
})

test('of a vote that waited into another round the page tells that it is not counted, where it shows another poll', async () => {
  const { room, next, voter, tab, votes, voteOffline } = await openRoom()
  await voteOffline('Yes')
  await tab.close()
  await room.startRound()
  await room.move(next, false)
  await voter.setOffline(false)
  const again = await openTab(voter, room.page)
  await again.getByText('Your vote on “First?” was not counted. Another round has begun since.').waitFor()
  expect(await votes()).toEqual([0, 0])
})

test('of votes that wait in two tabs of a browser the one that was chosen last counts, over a reload too', async () => {
  const { id, page } = await pollcast.makePoll('Two tabs?', ['Yes', 'No'])
  const voter = await newVoter()
  const [one, other] = [await openTab(voter, page), await openTab(voter, page)] as const
  await Promise.all([one, other].map(isLive))
  await voter.setOffline(true)
  await choice(one, 'Yes').click()
  await one.getByText('Your vote is kept').waitFor()
  await choice(other, 'Yes').and(other.locator('[aria-pressed=true]')).waitFor()
  await choice(other, 'No').click()
  await choice(one, 'No').and(one.locator('[aria-pressed=true]')).waitFor()
  await voter.setOffline(false)
  await one.reload()
  await Promise.all([one, other].map(isLive))
  await Promise.all([one, other].map((tab) => shows(tab, [0, 1])))
  await pollcast.vote(id, 0)
  await Promise.all([one, other].map((tab) => shows(tab, [1, 1])))
})

test('with a code that was typed while the server can’t be reached, the page shows what it had, and the vote waits, over a reload too', async () => {
  const room = await pollcast.makeRoom({ question: 'With a code?', choices: ['Yes', 'No'], voteMode: 'code' })
  const { codes } = await room.issueCodes(1)
  const voter = await newVoter()
  const tab = await openTab(voter, room.page)
  await isLive(tab)
  let isCut = true
  await voter.route('**/api/**', (route) => (isCut ? route.abort() : route.continue()))
  await tab.getByLabel('Enter your code to vote').fill(codes[0]?.replaceAll('-', ' ') ?? '')
  await tab.getByRole('button', { name: 'Use this code' }).click()
  await choice(tab, 'No').click()
  const waits = async () => {
    await tab.getByText('Your vote is kept').waitFor()
    await choice(tab, 'No').and(tab.locator('[aria-pressed=true]')).waitFor()
    await tab.getByRole('heading', { name: 'With a code?' }).waitFor()
    expect(await tab.locator('[name=code]').count()).toBe(0)
  }
  await waits()
  await tab.reload()
  await waits()
  isCut = false
  await isLive(tab)
  await shows(tab, [0, 1])
  await choice(tab, 'No').getByText('Your vote').waitFor()
})

test('a vote that is under way when the page is left is kept, and counts', async () => {
  const { page } = await pollcast.makePoll('Left?', ['Yes', 'No'])
  const voter = await newVoter()
  const tab = await openTab(voter, page)
  await isLive(tab)
  let isHanging = true
  await voter.route('**/votes', (route) => isHanging || route.continue())
  const sent = tab.waitForRequest('**/votes')
  await choice(tab, 'No').click()
  await sent
  isHanging = false
  await tab.reload()
  await isLive(tab)
  await shows(tab, [0, 1])
  await choice(tab, 'No').getByText('Your vote').waitFor()
})
