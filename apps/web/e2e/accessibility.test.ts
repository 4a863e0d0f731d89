import { type AxeResults, type RunOptions, source } from 'axe-core'
import type { BrowserContextOptions, Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { openTab } from './support/browser.ts'
import { startServerAndBrowser } from './support/setup.ts'
import { ADMIN_KEY, fullestOf, makeStates, type State } from './support/states.ts'

const { pollcast, newVoter } = await startServerAndBrowser({ ADMIN_KEY })
const states = await makeStates(pollcast)

/** What WCAG 2.2 asks for at levels A and AA. */
const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']
const PHONE = { width: 360, height: 740 }

/** What axe finds against these rules in the page as it is. */
async function violationsIn(tab: Page, runOnly: string[]): Promise<string[]> {
  await tab.evaluate(source)
  const options: RunOptions = { runOnly, resultTypes: ['violations'] }
  const { violations }: AxeResults = await tab.evaluate((how) => Reflect.get(window, 'axe').run(document, how), options)
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target).join(', ')}`)
}

const open = async ({ path, enter }: State, options?: BrowserContextOptions) => {
  const tab = await openTab(await newVoter({ reducedMotion: 'reduce', ...options }), pollcast.url + path)
  await enter?.(tab)
  return tab
}

test.each(states)(
  'axe finds nothing, on a wide screen or a phone, in light, dark or forced colours: $name',
  async (state) => {
    const tab = await open(state)
    const light = await violationsIn(tab, WCAG)
    await tab.emulateMedia({ forcedColors: 'active' })
    const forced = await violationsIn(tab, ['color-contrast'])
    await tab.emulateMedia({ forcedColors: 'none', colorScheme: 'dark' })
    await tab.setViewportSize(PHONE)
    const dark = await violationsIn(tab, WCAG)
    expect({ light, forced, dark }).toEqual({ light: [], forced: [], dark: [] })
  },
)

test.each(fullestOf(states))('axe finds nothing in Arabic on a touch screen: $name', async (state) => {
  const tab = await open(state, { locale: 'ar', viewport: PHONE, hasTouch: true })
  expect(await violationsIn(tab, WCAG)).toEqual([])
})
