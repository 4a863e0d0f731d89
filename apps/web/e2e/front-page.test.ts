import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { choice, openTab, shows } from './support/browser.ts'
import { startServerAndBrowser } from './support/setup.ts'

const { pollcast, newVoter } = await startServerAndBrowser()

const demo = (tab: Page) => tab.getByTestId('demo')
const isLive = (tab: Page) => demo(tab).locator('[data-state=live]').waitFor()
const codeField = (tab: Page) => tab.getByLabel("The room's code")
const roomOfDemo = async () => (await (await fetch(`${pollcast.url}/api/polls/tabspace`)).json()).roomCode as string

test('the first thing to see is a poll that one can vote on, live in every tab', async () => {
  const [tab, other] = await Promise.all([
    openTab(await newVoter(), pollcast.url),
    openTab(await newVoter(), pollcast.url),
  ])
  await tab.getByRole('heading', { name: 'Ask the room. Watch it answer.' }).waitFor()
  await Promise.all([tab, other].map(isLive))
  await choice(tab, 'Spaces').click()
  await Promise.all([tab, other].map((page) => shows(page, [0, 1, 0])))
  await tab.reload()
  expect(await choice(tab, 'Spaces').getAttribute('aria-pressed')).toBe('true')
})

test('a code leads to its room as people type or paste it, and Enter joins', async () => {
  const code = await roomOfDemo()
  const written = [
    `${code.slice(0, 3)} ${code.slice(3)}`,
    `${code.slice(0, 3)}-${code.slice(3)}.`,
    `https://polls.example.com/r/${code}.`,
  ]
  for (const entered of written) {
    const tab = await openTab(await newVoter(), pollcast.url)
    expect(await codeField(tab).getAttribute('inputmode')).toBe('numeric')
    await codeField(tab).fill(entered)
    await tab.keyboard.press('Enter')
    await tab.waitForURL(`${pollcast.url}/r/${code}`)
  }
})

test('a wrong code is answered in words, and can be corrected where it stands', async () => {
  const tab = await openTab(await newVoter(), pollcast.url)
  const says = (text: string) => expect.poll(() => tab.getByTestId('join-error').textContent()).toContain(text)
  await codeField(tab).focus()
  await tab.keyboard.press('Enter')
  await says('Enter the code')
  const unknown = (await roomOfDemo()) === '999999' ? '999998' : '999999'
  for (const [entered, text] of [
    ['12', 'six digits'],
    ['lunch', 'not a code'],
    [unknown, 'no room with this code'],
  ] as const) {
    await codeField(tab).fill(entered)
    await tab.getByRole('button', { name: 'Join' }).click()
    await says(text)
    expect(await codeField(tab).inputValue()).toBe(entered)
  }
  expect(tab.url()).toBe(`${pollcast.url}/`)
})

test('the rooms of this browser can be opened as host, shared and forgotten', async () => {
  const context = await newVoter({ permissions: ['clipboard-read', 'clipboard-write'] })
  const tab = await openTab(context, `${pollcast.url}/new?q=Mine%3F&c=A&c=B`)
  await tab.locator('[name=question]:focus').waitFor()
  await tab.keyboard.press('Control+Enter')
  await tab.waitForURL(/\/host$/)
  const host = tab.url()
  await tab.goto(pollcast.url)
  const room = tab.getByTestId('your-room')
  await expect.poll(() => room.textContent()).toContain('Mine?')
  await room.getByRole('button', { name: 'Copy link' }).click()
  await room.getByRole('button', { name: 'Copied' }).waitFor()
  expect(`${await tab.evaluate(() => navigator.clipboard.readText())}/host`).toBe(host)
  await room.getByText('This link only opens on this computer.', { exact: false }).waitFor()

  await room.getByRole('link', { name: 'Open as host' }).click()
  await tab.waitForURL(host)
  await tab.goBack()
  await room.getByRole('button', { name: 'Forget' }).click()
  await room.getByRole('button', { name: 'Keep' }).click()
  await room.getByRole('button', { name: 'Forget' }).click()
  await room.getByText('will lose the room', { exact: false }).waitFor()
  await room.getByRole('button', { name: 'Forget' }).click()
  await room.waitFor({ state: 'detached' })
  expect(await tab.evaluate(() => localStorage.getItem('pollcast.rooms'))).toBe('[]')
})

test('listed polls lead to themselves and to their rooms, and new ones are there when the page is seen again', async () => {
  const tab = await openTab(await newVoter(), pollcast.url)
  await isLive(tab)
  const { id } = await pollcast.makePoll('Listed meanwhile?', ['Yes', 'No'])
  await tab.evaluate(() => document.dispatchEvent(new Event('visibilitychange')))
  const row = tab.getByTestId('poll').filter({ hasText: 'Listed meanwhile?' })
  await row.waitFor()
  await pollcast.vote(id, 0)
  await expect.poll(() => row.getByTestId('total').textContent()).toBe('1')
  await row.getByRole('link', { name: /^Room/ }).click()
  await tab.waitForURL(/\/r\/\d+$/)
  await tab.goBack()
  await row.getByRole('link', { name: 'Listed meanwhile?' }).click()
  await tab.waitForURL(`${pollcast.url}/polls/${id}`)
})

test('nothing on the page moves while it loads, also on a phone and with rooms of this browser', async () => {
  for (const viewport of [
    { width: 390, height: 844 },
    { width: 1366, height: 900 },
  ]) {
    const context = await newVoter({ viewport })
    await context.addInitScript(() => {
      const room = { code: '472915', hostKey: 'key', title: 'Mine', openedAt: '2030-01-01T12:00:00Z' }
      if (location.protocol === 'http:') localStorage.setItem('pollcast.rooms', JSON.stringify([room]))
      const moved: number[] = []
      Object.assign(window, { moved })
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) moved.push((entry as PerformanceEntry & { value: number }).value)
      }).observe({ type: 'layout-shift', buffered: true })
    })
    const tab = await openTab(context, pollcast.url)
    await isLive(tab)
    await tab.locator('[data-testid=your-room]').waitFor()
    const moved = await tab.evaluate(() => (window as unknown as { moved: number[] }).moved)
    expect(moved.reduce((sum, value) => sum + value, 0)).toBeLessThan(0.01)
  }
})
