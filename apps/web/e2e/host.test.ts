import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { choice, isLive, openTab, shows } from './support/browser.ts'
import { startServerAndBrowser } from './support/setup.ts'

const { pollcast, newVoter } = await startServerAndBrowser()

const badge = (tab: Page, text: string) => tab.getByTestId('connection').getByText(text, { exact: true }).waitFor()
const isDeleted = async (tab: Page) => {
  await badge(tab, 'Deleted')
  await tab.getByText('This poll was deleted.').waitFor()
}

test('a poll that its host closes shows its final results, and takes votes again once it is reopened', async () => {
  const { id, page, close, reopen } = await pollcast.makePoll('Until when?', ['Now', 'Later'])
  const tab = await openTab(await newVoter(), page)
  await isLive(tab)
  await badge(tab, 'Live')
  await choice(tab, 'Now').click()
  await shows(tab, [1, 0])

  await close()
  await tab.getByText('Closed. Final results.').waitFor()
  await badge(tab, 'Closed')
  expect(await choice(tab, 'Later').isDisabled()).toBe(true)
  await shows(tab, [1, 0])

  await reopen()
  await badge(tab, 'Live')
  await choice(tab, 'Later').click()
  await shows(tab, [0, 1])
  await pollcast.vote(id, 0)
  await shows(tab, [1, 1])
})

test('a poll that its host deletes stays on screen in every tab with its last results, and takes no votes', async () => {
  const { id, page, remove } = await pollcast.makePoll('Deleted?', ['Yes', 'No', 'Maybe'], 2)
  await pollcast.vote(id, 2)
  const voter = await newVoter()
  const streams: string[] = []
  voter.on('request', (request) => request.url().endsWith('/stream') && streams.push(request.url()))
  const tabs = [await openTab(voter, page), await openTab(voter, page)]
  await Promise.all(tabs.map(isLive))
  const opened = streams.length

  await remove()
  for (const tab of tabs) {
    await isDeleted(tab)
    await shows(tab, [0, 0, 1])
    expect(await choice(tab, 'Yes').getByRole('checkbox').isDisabled()).toBe(true)
    expect(await tab.getByTestId('vote').count()).toBe(0)
    await expect.poll(() => tab.getByTestId('connection').getAttribute('data-state')).toBe('gone')
  }
  expect(streams).toHaveLength(opened)
})

test('a vote for a poll of whose deletion the page has not heard says so', async () => {
  const { page, remove } = await pollcast.makePoll('Unheard?', ['Yes', 'No'])
  const voter = await newVoter()
  // Neither streams nor what is asked for in place of one.
  await voter.route(/\/api\/(streams|polls\/\w+(\/stream)?)(\?|$)/, (route) => route.abort())
  const tab = await openTab(voter, page)
  await tab.locator('[data-testid=connection][data-state=reconnecting]').waitFor()
  await remove()
  await choice(tab, 'Yes').click()
  await isDeleted(tab)
  await shows(tab, [0, 0])
  expect(await choice(tab, 'Yes').isDisabled()).toBe(true)
})

test('a deleted poll leaves the list, and its page says that it was deleted, with and without scripts', async () => {
  const { page, remove } = await pollcast.makePoll('Listed?', ['Yes', 'No'])
  const list = await openTab(await newVoter(), pollcast.url)
  const isListLive = () => list.locator('section:has(ol) [data-testid=connection][data-state=live]').waitFor()
  await isListLive()
  const row = list.getByRole('link', { name: 'Listed?' })
  const rows = await list.getByTestId('poll').count()
  await remove()
  await row.waitFor({ state: 'detached' })
  expect(await list.getByTestId('poll').count()).toBe(rows - 1)
  await isListLive()

  for (const javaScriptEnabled of [true, false]) {
    const tab = await openTab(await newVoter({ javaScriptEnabled }), page)
    await tab.getByRole('heading', { name: 'Poll deleted' }).waitFor()
    await tab.getByText('This poll was deleted.').waitFor()
    expect(await tab.locator('#app h1, #fallback h1').count()).toBe(1)
  }
})
