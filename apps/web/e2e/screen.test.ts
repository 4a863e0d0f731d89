import { limits } from '@pollcast/shared/limits'
import { routes } from '@pollcast/shared/routes'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { isLive, openTab } from './support/browser.ts'
import { startServerAndBrowser } from './support/setup.ts'

const { pollcast, newVoter } = await startServerAndBrowser()

interface Made {
  poll: { id: string; choices: { id: number }[] }
  room: { code: string }
  hostKey: string
}

const send = async (method: string, path: string, body: object, hostKey?: string) => {
  const headers = { 'Content-Type': 'application/json', ...(hostKey && { Authorization: `Bearer ${hostKey}` }) }
  const answer = await fetch(pollcast.url + path, { method, headers, body: JSON.stringify(body) })
  expect(answer.ok, await answer.clone().text()).toBe(true)
  return answer.json()
}
const make = (question: string, choices: string[], more: object = {}, hostKey?: string): Promise<Made> =>
  send('POST', routes.polls, { question, choices, ...more }, hostKey)

const texts = (tab: Page) =>
  tab
    .getByTestId('choice')
    .locator('.text')
    .evaluateAll((all) =>
      all.map((text) => {
        const { bottom, height } = text.getBoundingClientRect()
        const { fontSize, lineHeight } = getComputedStyle(text)
        const [size, line] = [fontSize, lineHeight].map(Number.parseFloat) as [number, number]
        return { share: size / innerHeight, bottom, lines: Math.round(height / line) }
      }),
    )

test.each([
  { width: 1280, height: 720 },
  { width: 1920, height: 1080 },
  { width: 3840, height: 2160 },
])(
  'at $width × $height up to eight choices are read from the back of a hall, and more are all on the screen',
  async (viewport) => {
    const names =
      'Offline mode,A public API,Dark theme,Better search,Import from sheets,Mobile apps,Speed,Charts'.split(',')
    const voter = await newVoter({ viewport })
    for (const count of [2, 6, 8, 12, 50]) {
      const choices = Array.from({ length: count }, (_, index) => names[index] ?? `State ${index}`)
      const { room } = await make('What should we build in the next quarter?', choices)
      const tab = await openTab(voter, pollcast.url + routes.screenPage(room.code))
      await isLive(tab)
      const shown = await texts(tab)
      expect(shown).toHaveLength(count)
      // A hundredth of the height is about the least that is still read from the first rows.
      for (const { share } of shown) expect(share).toBeGreaterThanOrEqual(count <= 8 ? 0.04 : 0.012)
      const box = await tab.getByTestId('rows').boundingBox()
      for (const { bottom } of shown) expect(bottom).toBeLessThanOrEqual((box?.y ?? 0) + (box?.height ?? 0) + 1)
      const left = await tab
        .getByTestId('choice')
        .evaluateAll((rows) => rows.map((row) => row.getBoundingClientRect().x))
      expect(new Set(left.map(Math.round)).size).toBe(count <= 8 ? 1 : count === 12 ? 2 : 3)
      const scrolls = await tab.evaluate(() => document.documentElement.scrollHeight > innerHeight)
      expect(scrolls).toBe(false)
      await tab.close()
    }
  },
)

test.each([2, 5, 8])(
  '%i choices as long as they may be, under a question as long as it may be, are as large, two lines of each at least',
  async (count) => {
    const long = (length: number) => 'What a great many people from all over the place '.repeat(6).slice(0, length - 1)
    const choices = Array.from({ length: count }, (_, index) => `${index}${long(limits.choiceLength)}`)
    const { poll, room, hostKey } = await make(`${long(limits.questionLength)}?`, choices)
    await pollcast.vote(poll.id, 0)
    const tab = await openTab(
      await newVoter({ viewport: { width: 1280, height: 720 } }),
      pollcast.url + routes.screenPage(room.code),
    )
    await isLive(tab)
    const isLegible = async () => {
      const rows = await tab.getByTestId('rows').boundingBox()
      for (const { share, bottom, lines } of await texts(tab)) {
        expect(share).toBeGreaterThanOrEqual(0.04)
        expect(lines).toBeGreaterThanOrEqual(2)
        expect(bottom).toBeLessThanOrEqual((rows?.y ?? 0) + (rows?.height ?? 0) + 1)
      }
      const question = await tab.getByTestId('question').boundingBox()
      expect((question?.y ?? 0) + (question?.height ?? 0)).toBeLessThanOrEqual(rows?.y ?? 0)
      expect(await tab.evaluate(() => document.documentElement.scrollHeight <= innerHeight)).toBe(true)
    }
    await isLegible()
    await send('PATCH', routes.poll(poll.id), { status: 'closed' }, hostKey)
    await tab.getByText('Closed. Final results.').waitFor()
    await isLegible()
  },
)

test('on a screen that stands upright no word is broken', async () => {
  const { room } = await make('Which?', ['Une meilleure recherche', 'Réservations'])
  for (const viewport of [
    { width: 1080, height: 1920 },
    { width: 390, height: 844 },
  ]) {
    const tab = await openTab(await newVoter({ viewport }), pollcast.url + routes.screenPage(room.code))
    await isLive(tab)
    expect((await texts(tab)).map(({ lines }) => lines)).toEqual([2, 1])
  }
})

test('what there is to press at the foot grows with the screen', async () => {
  const { room } = await make('Which?', ['Yes', 'No'])
  const tab = await openTab(
    await newVoter({ viewport: { width: 3840, height: 2160 } }),
    pollcast.url + routes.screenPage(room.code),
  )
  await isLive(tab)
  expect((await tab.getByTestId('shortcuts').boundingBox())?.height).toBeGreaterThan(40)
})

test('rows of two columns stand beside each other, also where the text of one takes two lines', async () => {
  const choices = Array.from({ length: 12 }, (_, index) => `Choice ${index}`)
  choices[8] = 'One that is too long to fit into a single line'
  const { room } = await make('Which one?', choices)
  const tab = await openTab(
    await newVoter({ viewport: { width: 1280, height: 720 } }),
    pollcast.url + routes.screenPage(room.code),
  )
  await isLive(tab)
  const tops = await tab
    .getByTestId('choice')
    .evaluateAll((rows) => rows.map((row) => Math.round(row.getBoundingClientRect().y)))
  expect(tops.slice(6)).toEqual(tops.slice(0, 6))
})

test('Q shows the code large and hides it again, and what clickers send loses nothing', async () => {
  const { poll, room } = await make('Keys?', ['Yes', 'No'])
  await pollcast.vote(poll.id, 0)
  const tab = await openTab(
    await newVoter({ viewport: { width: 1280, height: 720 } }),
    pollcast.url + routes.screenPage(room.code),
  )
  await isLive(tab)
  await tab.keyboard.press('q')
  const qr = await tab.getByTestId('big-code').getByTestId('qr').boundingBox()
  expect(qr?.height).toBeGreaterThanOrEqual(720 / 4)
  await tab.keyboard.press('Escape')
  await tab.getByTestId('big-code').waitFor({ state: 'detached' })
  for (const key of ['PageDown', 'PageUp', ' ', 'ArrowRight', 'ArrowLeft', 'Enter', 'Backspace', 'Delete', '.', '.']) {
    await tab.keyboard.press(key)
  }
  expect(await tab.getByTestId('question').textContent()).toBe('Keys?')
  expect(await (await fetch(pollcast.url + routes.poll(poll.id))).json()).toMatchObject({ status: 'open', voters: 1 })
  await tab.reload()
  await isLive(tab)
  expect(await tab.getByTestId('voters').textContent()).toBe('1')
})

test('R hides the results on this screen, and shows them again', async () => {
  const { poll, room } = await make('Shown?', ['Yes', 'No'])
  await pollcast.vote(poll.id, 0)
  const tab = await openTab(await newVoter(), pollcast.url + routes.screenPage(room.code))
  await isLive(tab)
  const shares = tab.getByTestId('choice').locator('.share')
  expect(await shares.allTextContents()).toEqual(['100%', '0%'])
  await tab.keyboard.press('r')
  await tab.getByText('The results are hidden.').waitFor()
  expect(await shares.count()).toBe(0)
  expect(await tab.getByTestId('voters').textContent()).toBe('1')
  await tab.keyboard.press('r')
  await shares.first().waitFor()
})

test('hidden results are on the screen only while the host, in their browser, wants them to be', async () => {
  const { poll, room, hostKey } = await make('Secret?', ['Yes', 'No'], { resultsVisibility: 'after-close' })
  await pollcast.vote(poll.id, 0)
  const screen = pollcast.url + routes.screenPage(room.code)
  const guest = await openTab(await newVoter(), screen)
  await guest.getByText('Results are hidden until the poll closes.').waitFor()
  await guest.keyboard.press('r')
  await guest.getByTestId('hint').waitFor()
  expect(await guest.locator('.share').count()).toBe(0)

  const host = await openTab(await newVoter(), `${screen}#${hostKey}`)
  await isLive(host)
  expect(await host.locator('.share').count()).toBe(0)
  await host.keyboard.press('r')
  await host.getByTestId('choice').locator('.share').first().waitFor()
  await host.keyboard.press('r')
  await host.getByText('Results are hidden until the poll closes.').waitFor()
  expect(await host.locator('.share').count()).toBe(0)
})

test('the host’s keys first say what comes next, and show it when pressed again; everybody else’s do nothing', async () => {
  const first = await make('First?', ['Yes', 'No'])
  const { code } = first.room
  const second = await make('Second?', ['Here', 'There'], { roomCode: code }, first.hostKey)
  const screen = pollcast.url + routes.screenPage(code)
  const [guest, host] = [
    await openTab(await newVoter(), screen),
    await openTab(await newVoter(), `${screen}#${first.hostKey}`),
  ]
  await Promise.all([guest, host].map(isLive))
  await guest.keyboard.press('PageDown')
  await guest.keyboard.press('PageDown')
  await host.keyboard.press('PageDown')
  await host.getByText('Next: “Second?”. Press again to show it.').waitFor()
  expect(await guest.getByTestId('question').textContent()).toBe('First?')
  await host.keyboard.press('PageDown')
  for (const tab of [guest, host]) await tab.getByTestId('question').getByText('Second?').waitFor()
  const read = async ({ id }: Made['poll']) => (await fetch(pollcast.url + routes.poll(id))).json()
  expect(await read(first.poll)).toMatchObject({ status: 'open' })
  expect(await read(second.poll)).toMatchObject({ status: 'open' })
})

test('the screen is never empty: between two questions, closed, deleted, or while nobody answers', async () => {
  const { poll, room, hostKey } = await make('Never?', ['Yes', 'No'])
  await pollcast.vote(poll.id, 1)
  const tab = await openTab(await newVoter(), pollcast.url + routes.screenPage(room.code))
  await isLive(tab)
  await send('PATCH', routes.poll(poll.id), { status: 'closed' }, hostKey)
  await tab.getByText('Closed. Final results.').waitFor()
  expect(await tab.getByTestId('voters').textContent()).toBe('1')
  await send('PATCH', routes.room(room.code), { currentPollId: null }, hostKey)
  await tab.getByRole('heading', { name: 'The next question is coming soon' }).waitFor()
  expect(await tab.getByTestId('qr').count()).toBe(1)
  const headers = { Authorization: `Bearer ${hostKey}` }
  await fetch(pollcast.url + routes.room(room.code), { method: 'DELETE', headers })
  await tab.getByRole('heading', { name: 'Room deleted' }).waitFor()
  const unknown = await openTab(await newVoter(), pollcast.url + routes.screenPage('999999'))
  await unknown.getByRole('heading', { name: 'Room not found' }).waitFor()
})

test.each(['columns', 'doughnut'])(
  'results are drawn as a %s, which the address keeps, beside a table',
  async (type) => {
    const { poll, room } = await make('How?', ['Yes', 'No'])
    for (const index of [0, 1, 1]) await pollcast.vote(poll.id, index)
    const tab = await openTab(await newVoter(), pollcast.url + routes.screenPage(room.code))
    await isLive(tab)
    await tab.getByTestId('chart-type').selectOption(type)
    await tab.locator(`[data-testid=chart][data-type=${type}] canvas`).waitFor()
    expect(new URL(tab.url()).searchParams.get('chart')).toBe(type)
    await tab.reload()
    await tab.locator(`[data-testid=chart][data-type=${type}] canvas`).waitFor()
    expect(await tab.getByTestId('tally').getByTestId('count').allTextContents()).toEqual(['1', '2'])
  },
)

test('columns that have no room for their texts are drawn as bars, and the screen says so', async () => {
  const { poll, room } = await make('How?', ['Accessibility', 'Databases', 'Type systems', 'Public speaking'])
  await pollcast.vote(poll.id, 0)
  const tab = await openTab(await newVoter(), `${pollcast.url}${routes.screenPage(room.code)}?chart=columns`)
  await isLive(tab)
  await tab.getByTestId('note').getByText('Shown as bars').waitFor()
  expect(await tab.getByTestId('choice').locator('.share').allTextContents()).toEqual(['100%', '0%', '0%', '0%'])
})

test('keys that write a character can be turned off, here or at the end of any page, and the browser keeps it', async () => {
  const { poll, room } = await make('Off?', ['Yes', 'No'])
  const voter = await newVoter()
  const tab = await openTab(voter, pollcast.url + routes.roomPage(room.code))
  await isLive(tab)
  expect(await tab.getByTestId('choice').first().getAttribute('aria-keyshortcuts')).toBe('1')
  await tab.getByTestId('shortcuts').uncheck()
  expect(await tab.getByTestId('choice').first().getAttribute('aria-keyshortcuts')).toBeNull()
  await tab.keyboard.press('1')

  await tab.goto(pollcast.url + routes.screenPage(room.code))
  await isLive(tab)
  for (const key of ['q', 'b', '.', 'r', 'f']) await tab.keyboard.press(key)
  expect(await tab.getByTestId('big-code').count()).toBe(0)
  expect(await tab.getByTestId('tools').locator('kbd').count()).toBe(0)
  expect(await (await fetch(pollcast.url + routes.poll(poll.id))).json()).toMatchObject({ voters: 0 })
  await tab.getByTestId('shortcuts').check()
  await tab.keyboard.press('q')
  await tab.getByTestId('big-code').waitFor()
})
