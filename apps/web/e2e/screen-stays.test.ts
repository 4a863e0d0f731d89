import { routes } from '@pollcast/shared/routes'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { isLive, openTab } from './support/browser.ts'
import { startServerAndBrowser } from './support/setup.ts'

const { pollcast, newVoter } = await startServerAndBrowser()

/** Runs in the page, before its own scripts: headless Chromium grants no wake lock, so this counts who holds one. */
function grantWakeLocks(): void {
  const log: string[] = []
  class Sentinel extends EventTarget {
    released = false
    type = 'screen'
    onrelease = null
    release = async () => {
      if (this.released) return
      this.released = true
      log.push('released')
      this.dispatchEvent(new Event('release'))
    }
  }
  let held: Sentinel | undefined
  const request = async (type: string) => {
    if (document.visibilityState !== 'visible') throw new DOMException('The page is not seen.', 'NotAllowedError')
    log.push(`asked for the ${type}`)
    held = new Sentinel()
    return held
  }
  Object.defineProperty(navigator, 'wakeLock', { value: { request } })
  // As browsers do: a page that is not seen loses its lock.
  document.addEventListener('visibilitychange', () => document.visibilityState === 'hidden' && held?.release(), true)
  Object.assign(window, { wakeLocks: log })
}

const wakeLocks = (tab: Page): Promise<string[]> => tab.evaluate(() => Reflect.get(window, 'wakeLocks'))

/** As when another tab is in front: in Playwright's contexts, all are seen. */
const turn = (tab: Page, visibility: 'hidden' | 'visible') =>
  tab.evaluate((state) => {
    Object.defineProperty(document, 'visibilityState', { value: state, configurable: true })
    Object.defineProperty(document, 'hidden', { value: state === 'hidden', configurable: true })
    document.dispatchEvent(new Event('visibilitychange'))
  }, visibility)

test('the big screen does not go dark: it is kept awake, again after another tab was in front, until it is left', async () => {
  const { code } = await pollcast.makeRoom()
  const voter = await newVoter()
  await voter.addInitScript(grantWakeLocks)
  const tab = await openTab(voter, pollcast.url + routes.screenPage(code))
  await isLive(tab)
  await expect.poll(() => wakeLocks(tab)).toEqual(['asked for the screen'])

  await turn(tab, 'hidden')
  await expect.poll(() => wakeLocks(tab)).toEqual(['asked for the screen', 'released'])
  await turn(tab, 'visible')
  await expect.poll(() => wakeLocks(tab)).toEqual(['asked for the screen', 'released', 'asked for the screen'])

  // By the app's router: with the document, a browser ends the lock by itself.
  await tab.evaluate((path) => {
    history.pushState({}, '', path)
    dispatchEvent(new PopStateEvent('popstate', { state: history.state }))
  }, routes.listPage)
  await tab.getByRole('heading', { name: 'Ask the room.' }).waitFor()
  await expect.poll(async () => (await wakeLocks(tab)).at(-1)).toBe('released')
})

test('a big screen stays as it is where the browser keeps nothing awake', async () => {
  const { code } = await pollcast.makeRoom()
  const voter = await newVoter()
  await voter.addInitScript(() => {
    const request = () => Promise.reject(new DOMException('No.', 'NotAllowedError'))
    Object.defineProperty(navigator, 'wakeLock', { value: { request } })
  })
  const tab = await openTab(voter, pollcast.url + routes.screenPage(code))
  await isLive(tab)
  expect(await tab.getByTestId('choice').count()).toBeGreaterThan(1)
})

/** Has the page keep from where marks slide: how far below the place where they end, in rows. */
function recordSlides(): void {
  const slides: string[] = []
  const animate = Element.prototype.animate
  Element.prototype.animate = function (...args) {
    const [from] = args[0] as Keyframe[]
    const [, y = ''] = /, (-?[\d.]+)px/.exec(String(from?.transform)) ?? []
    const height = this.closest('.row')?.getBoundingClientRect().height ?? 1
    if (this.matches('[data-mark]')) slides.push(Math.round(Number(y) / height).toString())
    return animate.apply(this, args)
  }
  Object.assign(window, { slides })
}

const slides = (tab: Page): Promise<string[]> => tab.evaluate(() => Reflect.get(window, 'slides'))

test.each([
  { reducedMotion: 'no-preference' as const, expected: ['-1', '1'] },
  { reducedMotion: 'reduce' as const, expected: [] },
])(
  'the leader’s mark slides to the new leader’s row, unless motion is to be reduced ($reducedMotion)',
  async ({ reducedMotion, expected }) => {
    const { code, id } = await pollcast.makeRoom({ question: 'Which?', choices: ['One', 'Two'] })
    const voter = await newVoter({ reducedMotion, viewport: { width: 1280, height: 720 } })
    await voter.addInitScript(recordSlides)
    const tab = await openTab(voter, pollcast.url + routes.screenPage(code))
    await isLive(tab)
    const leader = () =>
      tab
        .getByTestId('choice')
        .filter({ has: tab.locator('[data-mark]') })
        .locator('.text')
        .allTextContents()

    const leaders = [['One'], [], ['Two'], [], ['One']]
    for (const [turn, vote] of [0, 1, 1, 0, 0].entries()) {
      await pollcast.vote(id, vote)
      await expect.poll(leader).toEqual(leaders[turn])
      await tab.waitForFunction(() => document.getAnimations().length === 0)
    }
    expect(await slides(tab)).toEqual(expected)
  },
)
