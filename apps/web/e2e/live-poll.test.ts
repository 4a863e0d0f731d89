import { routes } from '@pollcast/shared/routes'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { choice, connection, isLive, openTab, shows } from './support/browser.ts'
import { startServerAndBrowser } from './support/setup.ts'

const { pollcast, newVoter } = await startServerAndBrowser()

test('a vote in one of five tabs moves all five charts and tables, and a reload shows the same', async () => {
  const voter = await newVoter()
  const list = await openTab(voter, pollcast.url)
  await list.getByRole('link', { name: /Tabs or spaces\?/ }).click()
  await list.waitForURL(/\/polls\//)
  const others = await Promise.all([1, 2, 3, 4].map(async () => openTab(await newVoter(), list.url())))
  const tabs = [list, ...others]
  await Promise.all(tabs.map(isLive))
  await Promise.all(tabs.map((tab) => shows(tab, [0, 0, 0])))

  await choice(list, 'Spaces').click()

  await Promise.all(tabs.map((tab) => shows(tab, [0, 1, 0])))
  expect(await list.getByTestId('total').textContent()).toBe('1 voter')
  for (const tab of tabs) {
    await tab.reload()
    await shows(tab, [0, 1, 0])
  }
  expect(await choice(list, 'Spaces').getAttribute('aria-pressed')).toBe('true')
  expect(await choice(tabs[1] as Page, 'Spaces').getAttribute('aria-pressed')).toBe('false')
})

test('a voter changes their vote, and a click on the same choice changes nothing', async () => {
  const { page } = await pollcast.makePoll('Move?', ['Left', 'Right'])
  const tab = await openTab(await newVoter(), page)
  await isLive(tab)
  await choice(tab, 'Left').click()
  await shows(tab, [1, 0])
  await choice(tab, 'Right').click()
  await shows(tab, [0, 1])
  await choice(tab, 'Right').click()
  await tab.reload()
  await shows(tab, [0, 1])
})

test('what the host edits before the first vote shows in open tabs of the poll and of its room', async () => {
  const room = await pollcast.makeRoom({ question: 'Before?', choices: ['One', 'Two', 'Three'], maxChoices: 2 })
  const addresses = [pollcast.url + routes.pollPage(room.id), room.page]
  const tabs = await Promise.all(addresses.map(async (url) => openTab(await newVoter(), url)))
  await Promise.all(tabs.map(isLive))
  for (const tab of tabs) {
    await tab.getByTestId('choice').filter({ hasText: 'One' }).click()
    await tab.getByTestId('choice').filter({ hasText: 'Three' }).click()
  }
  await room.change({ question: 'After?', choices: ['Three', 'Four'], maxChoices: 2, resultsVisibility: 'after-close' })
  for (const tab of tabs) {
    await tab.getByRole('heading', { name: 'After?' }).waitFor()
    await tab.waitForFunction(() => document.title.startsWith('After?'))
    expect(await tab.getByTestId('choice').count()).toBe(2)
    await tab.getByTestId('hidden-results').waitFor()
    // What was chosen and is still there stays chosen, and can be sent.
    expect(await tab.getByTestId('choice').locator('input:checked').count()).toBe(1)
    await tab.getByTestId('vote').click()
    await tab.locator('[data-testid=outcome] strong').waitFor()
  }
})

test('what the host sets after the first vote shows in open tabs too', async () => {
  const room = await pollcast.makeRoom({ question: 'Final?', choices: ['One', 'Two'] })
  const tab = await openTab(await newVoter(), pollcast.url + routes.pollPage(room.id))
  await isLive(tab)
  await choice(tab, 'One').click()
  await shows(tab, [1, 0])
  await room.change({ allowChange: false })
  await tab.locator('fieldset:disabled').waitFor()
})

test('the chart is drawn from the data in the page, with no request to the API', async () => {
  const { id, page } = await pollcast.makePoll('Drawn?', ['Yes', 'No'])
  await pollcast.vote(id, 0)
  const voter = await newVoter()
  await voter.route('**/api/**', (route) => route.abort())
  const tab = await openTab(voter, page)
  await shows(tab, [1, 0])
  expect(await connection(tab)).not.toBe('live')
})

test('tabs show that the server is down, and are live again once it is back', async () => {
  const { id, page } = await pollcast.makePoll('Back?', ['Yes', 'No'])
  const tabs = await Promise.all([1, 2].map(async () => openTab(await newVoter(), page)))
  await Promise.all(tabs.map(isLive))
  await pollcast.stop()
  await Promise.all(tabs.map((tab) => tab.locator('[data-testid=connection][data-state=reconnecting]').waitFor()))
  await pollcast.start()
  await pollcast.vote(id, 1)
  await Promise.all(tabs.map(isLive))
  await Promise.all(tabs.map((tab) => shows(tab, [0, 1])))
})

test('a tab that is hidden for 30 seconds closes its stream, and opens it again once it is visible', async () => {
  const { id, page } = await pollcast.makePoll('Hidden?', ['Yes', 'No'])
  const voter = await newVoter()
  await voter.clock.install()
  const tab = await openTab(voter, page)
  await isLive(tab)
  const setVisibility = (state: DocumentVisibilityState) =>
    tab.evaluate((visibilityState) => {
      Object.defineProperty(document, 'visibilityState', { value: visibilityState, configurable: true })
      Object.defineProperty(document, 'hidden', { value: visibilityState === 'hidden', configurable: true })
      document.dispatchEvent(new Event('visibilitychange'))
    }, state)
  await setVisibility('hidden')
  // The clock's jump may itself pass for silence, after which the stream is opened again at once.
  await voter.clock.fastForward(29_000)
  await isLive(tab)
  await voter.clock.fastForward(2_000)
  await expect.poll(() => connection(tab)).toBe('closed')
  await pollcast.vote(id, 1)
  await setVisibility('visible')
  await isLive(tab)
  await shows(tab, [0, 1])
})

test('several choices are sent as one vote', async () => {
  const { page } = await pollcast.makePoll('Which two?', ['A', 'B', 'C'], 2)
  const tab = await openTab(await newVoter(), page)
  await isLive(tab)
  await choice(tab, 'A').click()
  await choice(tab, 'C').click()
  await tab.getByTestId('vote').click()
  await shows(tab, [1, 0, 1])
  expect(await tab.getByTestId('total').textContent()).toBe('1 voter')
})

test('keys 1 to 9 choose, except where someone types or uses a shortcut', async () => {
  const { page } = await pollcast.makePoll('Keys?', ['A', 'B', 'C'])
  const tab = await openTab(await newVoter(), page)
  await isLive(tab)
  await tab.keyboard.press('2')
  await shows(tab, [0, 1, 0])
  for (const key of ['9', 'Control+1', 'a']) await tab.keyboard.press(key)
  await tab.getByTestId('share-link').press('1')
  await choice(tab, 'A').press('3')
  await shows(tab, [0, 0, 1])

  const several = await pollcast.makePoll('Several keys?', ['A', 'B', 'C'], 2)
  await tab.goto(several.page)
  await isLive(tab)
  for (const key of ['1', '2', '2', '3']) await tab.keyboard.press(key)
  await tab.getByTestId('vote').click()
  await shows(tab, [1, 0, 1])
})

test('the list of polls is live', async () => {
  const { id } = await pollcast.makePoll('Counted in the list?', ['Yes', 'No'])
  const tab = await openTab(await newVoter(), pollcast.url)
  const total = tab.getByTestId('poll').filter({ hasText: 'Counted in the list?' }).getByTestId('total')
  await expect.poll(() => total.textContent()).toBe('0')
  await pollcast.vote(id, 0)
  await expect.poll(() => total.textContent()).toBe('1')
})

test('an unknown address says so', async () => {
  for (const path of ['/polls/nosuch22', '/nowhere/at/all']) {
    const tab = await openTab(await newVoter(), `${pollcast.url}${path}`)
    await tab.getByRole('heading', { name: /not found/ }).waitFor()
  }
})
