import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { choice, isLive, openTab, shows } from './support/browser.ts'
import { startServerAndBrowser } from './support/setup.ts'

const { pollcast, newVoter } = await startServerAndBrowser()

const language = (tab: Page) => tab.evaluate(() => `${document.documentElement.lang} ${document.documentElement.dir}`)

test('the page is in the browser’s language; another is chosen with the keyboard, and kept', async () => {
  const { page } = await pollcast.makePoll('Which?', ['A', 'B'])
  const voter = await newVoter({ locale: 'fr-CA' })
  const tab = await openTab(voter, page)
  await tab.getByText('Touchez un choix pour voter.').waitFor()
  expect(await language(tab)).toBe('fr ltr')

  const languages = tab.getByTestId('language')
  for (let steps = 0; steps < 30; steps++) {
    if (await languages.evaluate((element) => element === document.activeElement)) break
    await tab.keyboard.press('Tab')
  }
  await tab.keyboard.type('Deutsch')
  await tab.getByText('Tippen Sie auf eine Antwort, um abzustimmen.').waitFor()
  await tab.reload()
  await tab.getByText('Tippen Sie auf eine Antwort, um abzustimmen.').waitFor()
  expect(await language(tab)).toBe('de ltr')
})

test('a language that there is not is shown in the next of the browser’s, or in English', async () => {
  const { page } = await pollcast.makePoll('Which?', ['A', 'B'])
  const tab = await openTab(await newVoter({ locale: 'fi-FI' }), page)
  await tab.getByText('Tap a choice to vote.').waitFor()
  expect(await language(tab)).toBe('en ltr')
})

test('in Arabic the page runs from right to left with its bars, and units stand below units', async () => {
  const { id, page } = await pollcast.makePoll('ما الأفضل؟', ['أ', 'ب', 'ج'])
  const tab = await openTab(await newVoter({ locale: 'ar', reducedMotion: 'reduce' }), page)
  await isLive(tab)
  expect(await language(tab)).toBe('ar rtl')
  for (let votes = 0; votes < 3; votes++) await pollcast.vote(id, 0)
  await pollcast.vote(id, 1)
  await shows(tab, [3, 1, 0])
  await tab.getByText('4 مشاركين').first().waitFor()

  const colours = await tab.locator('canvas').evaluate((canvas: HTMLCanvasElement) => {
    const opaque = (x: number) => canvas.getContext('2d')?.getImageData(x, 10, 1, 1).data[3] !== 0
    return [0.1, 0.3, 0.9].map((part) => opaque(Math.round(canvas.width * part)))
  })
  expect(colours).toEqual([false, true, true])
  const ends = await tab.locator('.row .share, .row .count').evaluateAll((cells) =>
    cells.map((cell) => {
      const range = document.createRange()
      range.selectNodeContents(cell)
      return `${cell.className.split(' ')[0]} ${Math.round(range.getBoundingClientRect().right)}`
    }),
  )
  expect(new Set(ends).size).toBe(2)
  expect(await tab.getByTestId('share-link').evaluate((link) => getComputedStyle(link).direction)).toBe('ltr')
})

test('a poll in English runs from left to right in a page in Arabic: its question, rows and bars', async () => {
  const { id, page } = await pollcast.makePoll('Which?', ['A', 'B'])
  await pollcast.vote(id, 0)
  const tab = await openTab(await newVoter({ locale: 'ar', reducedMotion: 'reduce' }), page)
  await isLive(tab)
  expect(await language(tab)).toBe('ar rtl')
  const [question, mark, share] = await Promise.all(
    ['h1', '.mark', '.share'].map((part) => tab.locator(part).first().boundingBox()),
  )
  expect(await tab.locator('h1').evaluate((heading) => getComputedStyle(heading).direction)).toBe('ltr')
  expect(mark?.x).toBeLessThan(share?.x ?? Number.NaN)
  expect(question?.x).toBeLessThan(mark?.x ?? Number.NaN)
})

test('the API’s problems are told by their code, in the page’s language', async () => {
  const poll = await pollcast.makePoll('Which?', ['A', 'B'])
  const tab = await openTab(await newVoter({ locale: 'es-MX' }), poll.page)
  await isLive(tab)
  await tab.route('**/votes', (route) =>
    route.fulfill({
      status: 403,
      contentType: 'application/problem+json',
      body: JSON.stringify({
        title: 'Forbidden',
        status: 403,
        code: 'burst-voided',
        detail: 'Not counted.',
      }),
    }),
  )
  await choice(tab, 'A').click()
  await tab.getByText('Desde tu red llegaron muchísimos votantes nuevos').waitFor()
})
