import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { choice, isLive, openTab } from './support/browser.ts'
import { startServerAndBrowser } from './support/setup.ts'

const { pollcast, newVoter } = await startServerAndBrowser()

const long = 'A rather long answer that goes on and on, as people write them, up to the hundred they may have'

/** Records the width of a row's bar at every frame, in percent of the chart's width. */
async function recordBar(tab: Page, row: number) {
  await tab.evaluate((index) => {
    const canvas = document.querySelector('canvas') as HTMLCanvasElement
    const widths: number[] = []
    const record = () => {
      const bottom = (document.querySelectorAll('.row')[index] as Element).getBoundingClientRect().bottom
      const top = canvas.getBoundingClientRect().top
      const y = Math.round((bottom - top - 4) * devicePixelRatio)
      const pixels = canvas.getContext('2d')?.getImageData(0, y, canvas.width, 1).data ?? []
      let width = 0
      while (pixels[width * 4 + 3]) width++
      widths.push(Math.round((100 * width) / canvas.width))
      requestAnimationFrame(record)
    }
    record()
    Object.assign(window, { widths })
  }, row)
  return () => tab.evaluate(() => [...new Set(Reflect.get(window, 'widths') as number[])])
}

test('a vote makes its bar grow step by step', async () => {
  const { id, page } = await pollcast.makePoll('Longer?', ['Yes', 'No'])
  const tab = await openTab(await newVoter(), page)
  await isLive(tab)
  const widths = await recordBar(tab, 1)
  await pollcast.vote(id, 1)
  await expect.poll(async () => (await widths()).at(-1)).toBe(100)
  expect((await widths()).length).toBeGreaterThan(2)
})

test('with reduced motion a bar has its new length at once', async () => {
  const { id, page } = await pollcast.makePoll('At once?', ['Yes', 'No'])
  const tab = await openTab(await newVoter({ reducedMotion: 'reduce' }), page)
  await isLive(tab)
  const widths = await recordBar(tab, 1)
  await pollcast.vote(id, 1)
  await expect.poll(async () => (await widths()).at(-1)).toBe(100)
  expect(await widths()).toEqual([0, 100])
})

test('a bar’s length is its share of all votes, and it lies along the bottom of its row, whatever the row’s height', async () => {
  const { id, page } = await pollcast.makePoll('Where?', ['Short', long, 'Tiny', 'Small'])
  for (const index of [0, 1, 1, 3]) await pollcast.vote(id, index)
  const tab = await openTab(await newVoter({ reducedMotion: 'reduce', viewport: { width: 360, height: 740 } }), page)
  await isLive(tab)
  const heights = await tab.getByTestId('choice').evaluateAll((rows) => rows.map((row) => row.clientHeight))
  expect(heights[1]).toBeGreaterThan(2 * (heights[0] as number))
  for (const [row, width] of [25, 50, 0, 25].entries()) {
    const widths = await recordBar(tab, row)
    expect(await widths()).toEqual([width])
  }
})

test('on a phone a vote does not move the rows', async () => {
  const { page } = await pollcast.makePoll('Still?', ['Yes', 'No'])
  const tab = await openTab(await newVoter({ viewport: { width: 360, height: 740 } }), page)
  await isLive(tab)
  const before = await choice(tab, 'No').boundingBox()
  await choice(tab, 'No').click()
  await choice(tab, 'No').getByText('Your vote').waitFor()
  expect(await choice(tab, 'No').boundingBox()).toEqual(before)
})

test('on a big screen six choices and the button to vote fit without scrolling', async () => {
  const texts = [
    'Offline mode',
    'A public API',
    'Dark theme',
    'Better search',
    'Import from spreadsheets',
    'Mobile apps',
  ]
  const { page } = await pollcast.makePoll('What should we build next quarter, and whom do we do it with?', texts, 3)
  const viewport = { width: 1920, height: 1080 }
  const tab = await openTab(await newVoter({ viewport }), page)
  await isLive(tab)
  const lowest = await tab.evaluate(() => {
    const [rows, footer] = ['.rows', '.footer'].map((part) => document.querySelector(part)?.getBoundingClientRect())
    return (rows?.bottom ?? 0) + (footer?.height ?? 0)
  })
  expect(lowest).toBeLessThanOrEqual(viewport.height)
})

test('with forced colours the own choice and the live dot still stand out', async () => {
  const { page } = await pollcast.makePoll('Forced?', ['Yes', 'No'])
  const tab = await openTab(await newVoter({ forcedColors: 'active', reducedMotion: 'reduce' }), page)
  await isLive(tab)
  await choice(tab, 'Yes').click()
  await choice(tab, 'Yes').getByText('Your vote').waitFor()
  const backgrounds = await tab.evaluate(() => {
    const background = (selector: string, part?: string) =>
      getComputedStyle(document.querySelector(selector) as Element, part).backgroundColor
    return {
      own: background('.oval.filled'),
      other: background('.oval:not(.filled)'),
      live: background('[data-state=live]', '::before'),
    }
  })
  expect(backgrounds.own).not.toBe(backgrounds.other)
  expect(backgrounds.live).toBe(backgrounds.own)
})
