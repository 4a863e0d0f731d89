import type { Page, Route } from 'playwright-core'
import { expect, test } from 'vitest'
import { choice, isLive, openTab, shows } from './support/browser.ts'
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
  const voter = await newVoter()
  // The page's own time, which this test moves on: a busy machine skips no step.
  await voter.clock.install()
  const tab = await openTab(voter, page)
  await isLive(tab)
  const widths = await recordBar(tab, 1)
  await tab.clock.pauseAt(Date.now() + 10_000)
  await pollcast.vote(id, 1)
  const nextWidth = async () => {
    await tab.clock.runFor(20)
    return (await widths()).at(-1)
  }
  await expect.poll(nextWidth).toBe(100)
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

/** The length of each row's bar as a share of the row, from its pixels. Negative for bars that begin at the right. */
const barLengths = (tab: Page) =>
  tab.evaluate(() => {
    const canvas = document.querySelector('canvas') as HTMLCanvasElement
    const top = canvas.getBoundingClientRect().top
    return [...document.querySelectorAll('.row')].map((row) => {
      const y = Math.round((row.getBoundingClientRect().bottom - top - 4) * devicePixelRatio)
      const pixels = canvas.getContext('2d')?.getImageData(0, y, canvas.width, 1).data ?? []
      let length = 0
      for (let x = 0; x < canvas.width; x++) if (pixels[x * 4 + 3]) length++
      const share = Math.round((100 * length) / canvas.width)
      return pixels[3] ? share : -share
    })
  })

test.each(['reduce', 'no-preference'] as const)(
  'bars have the right length after the phone is turned, in the middle of an animation too (motion: %s)',
  async (reducedMotion) => {
    const { id, page } = await pollcast.makePoll('Turned?', ['Yes', 'No', long])
    for (const index of [0, 0, 0, 1]) await pollcast.vote(id, index)
    const tab = await openTab(await newVoter({ reducedMotion, viewport: { width: 320, height: 568 } }), page)
    await isLive(tab)
    await expect.poll(() => barLengths(tab)).toEqual([75, 25, -0])
    await tab.setViewportSize({ width: 568, height: 320 })
    await expect.poll(() => barLengths(tab)).toEqual([75, 25, -0])
    await pollcast.vote(id, 1)
    await shows(tab, [3, 2, 0])
    await tab.setViewportSize({ width: 320, height: 568 })
    await expect.poll(() => barLengths(tab)).toEqual([60, 40, -0])
  },
)

test('the chart is as sharp as the screen, also after a zoom', async () => {
  const { page } = await pollcast.makePoll('Sharp?', ['Yes', 'No'])
  const voter = await newVoter({ viewport: { width: 1500, height: 700 } })
  const tab = await openTab(voter, page)
  await isLive(tab)
  const canvas = () =>
    tab.locator('canvas').evaluate((element) => {
      const { width, clientWidth } = element as HTMLCanvasElement
      return { clientWidth, sharpness: width / clientWidth }
    })
  await expect.poll(async () => (await canvas()).sharpness).toBeCloseTo(1, 2)
  const { clientWidth } = await canvas()
  // The column is as wide as before, so that its size alone does not tell.
  const zoomed = { width: 1000, height: 467, mobile: false, deviceScaleFactor: 1.5 }
  await (await voter.newCDPSession(tab)).send('Emulation.setDeviceMetricsOverride', zoomed)
  await expect.poll(canvas).toEqual({ clientWidth, sharpness: expect.closeTo(1.5, 2) })
})

test('bars of a poll in Arabic begin at the right, and so do its texts', async () => {
  const { id, page } = await pollcast.makePoll('ماذا نأكل؟', ['بيتزا', 'سوشي'])
  for (const index of [0, 1, 1, 1]) await pollcast.vote(id, index)
  const tab = await openTab(await newVoter({ reducedMotion: 'reduce' }), page)
  await isLive(tab)
  await expect.poll(() => barLengths(tab)).toEqual([-25, -75])
  const [mark, share] = await Promise.all(['.mark', '.share'].map((part) => tab.locator(part).first().boundingBox()))
  expect(mark?.x).toBeGreaterThan(share?.x ?? Number.NaN)
  const direction = (selector: string) =>
    tab
      .locator(selector)
      .first()
      .evaluate((text) => getComputedStyle(text).direction)
  expect([await direction('h1'), await direction('bdi')]).toEqual(['rtl', 'rtl'])
})

test('percents stand in one column, whatever their digits, the leader’s mark and the own vote', async () => {
  const { id, page } = await pollcast.makePoll('Columns?', ['Most', long, 'Few', 'None'])
  for (let votes = 0; votes < 12; votes++) await pollcast.vote(id, 0)
  await pollcast.vote(id, 1)
  for (const width of [360, 1366]) {
    const tab = await openTab(await newVoter({ viewport: { width, height: 740 } }), page)
    await isLive(tab)
    await choice(tab, 'Few').click()
    await choice(tab, 'Few').getByText('Your vote').waitFor()
    const ends = await tab.locator('.row .share').evaluateAll((shares) =>
      shares.map((share) => {
        const range = document.createRange()
        range.selectNodeContents(share)
        return Math.round(range.getBoundingClientRect().right)
      }),
    )
    expect(new Set(ends).size, String(ends)).toBe(1)
    const overflow = await tab.evaluate(() => document.documentElement.scrollWidth - innerWidth)
    expect(overflow).toBeLessThanOrEqual(0)
  }
})

/** The sum of a page's layout shifts, two frames from now. */
const layoutShift = (tab: Page) =>
  tab.evaluate(
    () =>
      new Promise<number>((resolve) => {
        const sum = () => resolve(Reflect.get(window, 'shift')())
        requestAnimationFrame(() => requestAnimationFrame(() => requestAnimationFrame(sum)))
      }),
  )

function recordLayoutShifts() {
  let shift = 0
  const add = (entries: PerformanceEntry[]) => {
    for (const entry of entries) shift += Reflect.get(entry, 'value')
  }
  const observer = new PerformanceObserver((list) => add(list.getEntries()))
  observer.observe({ type: 'layout-shift', buffered: true })
  Object.assign(window, {
    shift: () => {
      add(observer.takeRecords())
      return shift
    },
  })
}

test('nothing moves when the font arrives late', async () => {
  const { id, page } = await pollcast.makePoll('What should we have for lunch at the offsite?', ['Pizza', 'Sushi'])
  await pollcast.vote(id, 0)
  for (const viewport of [
    { width: 375, height: 812 },
    { width: 1366, height: 768 },
  ]) {
    const voter = await newVoter({ viewport })
    await voter.addInitScript(recordLayoutShifts)
    const requests: Route[] = []
    await voter.route('**/*.woff2', (route) => void requests.push(route))
    const tab = await voter.newPage()
    await tab.goto(page, { waitUntil: 'commit' })
    await isLive(tab)
    const hasFont = () => tab.evaluate(() => document.fonts.check('800 20px "Besley"'))
    expect(await hasFont()).toBe(false)
    await Promise.all(requests.map((route) => route.continue()))
    await expect.poll(hasFont).toBe(true)
    expect(await layoutShift(tab)).toBeLessThanOrEqual(0.01)
  }
})

test('the question stays in sight in a long ballot on a phone', async () => {
  const { page } = await pollcast.makePoll('In sight?', [...'ABCDEFGHIJKLMNOPQRST'])
  const tab = await openTab(await newVoter({ viewport: { width: 360, height: 740 } }), page)
  await isLive(tab)
  const reminder = tab.getByTestId('question-reminder')
  expect(await reminder.count()).toBe(0)
  await choice(tab, 'T').scrollIntoViewIfNeeded()
  await reminder.waitFor()
  expect(await reminder.textContent()).toBe('In sight?')
  expect((await reminder.boundingBox())?.y).toBe(0)
})

test('on a phone choices are in sight below a question of 240 letters, which has its size before the app is there', async () => {
  const { page } = await pollcast.makePoll('Which of these comes first? '.repeat(9).trim().slice(0, 240), ['Yes', 'No'])
  const voter = await newVoter({ viewport: { width: 360, height: 740 } })
  await voter.addInitScript(recordLayoutShifts)
  const tab = await openTab(voter, page)
  await isLive(tab)
  const last = await tab.getByTestId('choice').last().boundingBox()
  expect((last?.y ?? 740) + (last?.height ?? 0)).toBeLessThan(740)
  expect(await layoutShift(tab)).toBeLessThanOrEqual(0.01)
})

test('on a phone each choice is a target of 60 pixels', async () => {
  const { page } = await pollcast.makePoll('Large?', ['Yes', 'No'])
  const tab = await openTab(await newVoter({ viewport: { width: 360, height: 740 } }), page)
  await isLive(tab)
  const heights = await tab
    .getByTestId('choice')
    .evaluateAll((rows) => rows.map((row) => row.getBoundingClientRect().height))
  for (const height of heights) expect(height).toBeGreaterThanOrEqual(60)
})

test('on the smallest phone no word is broken, and numbers stand in their columns', async () => {
  const { id, page } = await pollcast.makePoll('Broken?', ['Accessibility', 'Databases', 'Falafel wraps', 'Yes'])
  for (const index of [0, 0, 1]) await pollcast.vote(id, index)
  for (const width of [320, 360]) {
    const tab = await openTab(await newVoter({ viewport: { width, height: 640 } }), page)
    await isLive(tab)
    const lines = await tab
      .getByTestId('choice')
      .locator('bdi')
      .evaluateAll((all) => all.map((text) => text.getClientRects().length))
    expect(lines.slice(0, 2)).toEqual([1, 1])
    const ends = await tab
      .getByTestId('choice')
      .locator('.share')
      .evaluateAll((all) => all.map((share) => Math.round(share.getBoundingClientRect().right)))
    expect(new Set(ends).size).toBe(1)
  }
})

test('on a phone a vote does not move the rows', async () => {
  const { page } = await pollcast.makePoll('Still?', ['Yes', long, 'No'])
  const tab = await openTab(await newVoter({ viewport: { width: 360, height: 740 } }), page)
  await isLive(tab)
  const before = await choice(tab, 'No').boundingBox()
  for (const text of [long, 'No']) {
    await choice(tab, text).click()
    await choice(tab, text).getByText('Your vote').waitFor()
    expect(await choice(tab, 'No').boundingBox()).toEqual(before)
  }
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

test('a poll is printed in the light colours, from a dark page too', async () => {
  const { id, page } = await pollcast.makePoll('Printed?', ['Yes', 'No'])
  await pollcast.vote(id, 0)
  const footColour = (tab: Page) =>
    tab.evaluate(() => {
      const canvas = document.querySelector('canvas') as HTMLCanvasElement
      const row = (document.querySelector('.row') as Element).getBoundingClientRect()
      const y = row.bottom - canvas.getBoundingClientRect().top - 4
      return [...(canvas.getContext('2d')?.getImageData(0, y * devicePixelRatio, 1, 1).data ?? [])]
    })
  const light = await openTab(await newVoter({ reducedMotion: 'reduce' }), page)
  await shows(light, [1, 0])
  const tab = await openTab(await newVoter({ reducedMotion: 'reduce', colorScheme: 'dark' }), page)
  await shows(tab, [1, 0])
  const wanted = await footColour(light)
  expect(await footColour(tab)).not.toEqual(wanted)
  await tab.emulateMedia({ media: 'print' })
  await expect.poll(() => footColour(tab)).toEqual(wanted)
  const paper = await tab.evaluate(() => getComputedStyle(document.documentElement).backgroundColor)
  expect(paper).toBe(await light.evaluate(() => getComputedStyle(document.documentElement).backgroundColor))
})

test('on paper a poll is whole, with bars as long as their shares, a QR code, and nothing to press', async () => {
  const { id, page } = await pollcast.makePoll('On paper?', ['Yes', long, ...'ABCDEFGH'])
  for (const index of [0, 0, 0, 1]) await pollcast.vote(id, index)
  const tab = await openTab(await newVoter({ colorScheme: 'dark', viewport: { width: 360, height: 740 } }), page)
  await isLive(tab)
  await choice(tab, 'Yes').click()
  await choice(tab, 'Yes').getByText('Your vote').waitFor()
  await tab.getByTestId('choice').last().scrollIntoViewIfNeeded()
  await tab.getByTestId('printed-link').getByTestId('qr').waitFor({ state: 'attached' })
  const pdf = (await tab.pdf({ format: 'A4' })).toString('latin1')
  expect(pdf.match(/\/Type\s*\/Page\b/g)).toHaveLength(1)

  await tab.emulateMedia({ media: 'print' })
  await tab.setViewportSize({ width: 720, height: 1000 })
  const parts = () =>
    tab.getByTestId('printed-bar').evaluateAll((bars) =>
      bars.map((bar) => {
        const [own, row] = [bar, bar.closest('.row') as Element].map((part) => part.getBoundingClientRect())
        return Math.round((100 * (own?.width ?? 0)) / (row?.width ?? 1))
      }),
    )
  await expect.poll(async () => (await parts()).slice(0, 3)).toEqual([80, 20, 0])
  expect(await tab.getByTestId('printed-link').getByTestId('qr').isVisible()).toBe(true)
  expect(await tab.getByTestId('printed-link').getByText(page).isVisible()).toBe(true)
  const pressed = await tab
    .locator('a, button, input, select')
    .evaluateAll((all) =>
      all.filter((one) => one.checkVisibility({ visibilityProperty: true })).map((one) => one.textContent?.trim()),
    )
  expect(pressed.filter((text) => !text?.startsWith('Pollcast'))).toHaveLength(10)
})

test('with forced colours the own choice and the live dot still stand out', async () => {
  const { page } = await pollcast.makePoll('Forced?', ['Yes', 'No'])
  const tab = await openTab(await newVoter({ forcedColors: 'active', reducedMotion: 'reduce' }), page)
  await isLive(tab)
  await choice(tab, 'Yes').click()
  await choice(tab, 'Yes').getByText('Your vote').waitFor()
  const backgrounds = await tab.evaluate(() => {
    const background = (selector: string) =>
      getComputedStyle(document.querySelector(selector) as Element).backgroundColor
    return {
      own: background('.mark.filled'),
      other: background('.mark:not(.filled)'),
      live: background('[data-state=live] .dot'),
    }
  })
  expect(backgrounds.own).not.toBe(backgrounds.other)
  expect(backgrounds.live).toBe(backgrounds.own)
})
