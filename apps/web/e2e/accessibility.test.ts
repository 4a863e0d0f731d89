import { AxeBuilder } from '@axe-core/playwright'
import type { BrowserContextOptions } from 'playwright-core'
import { beforeAll, expect, test, vi } from 'vitest'
import { openTab } from './support/browser.ts'
import { startServerAndBrowser } from './support/setup.ts'
import { makeStates, type State } from './support/states.ts'

vi.setConfig({ testTimeout: 300_000 })

const { pollcast, newVoter } = await startServerAndBrowser()

/** What WCAG 2.2 asks for at levels A and AA. */
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']
const PHONE = { viewport: { width: 360, height: 740 }, hasTouch: true }

const looks: [string, BrowserContextOptions][] = [
  ['light', {}],
  ['dark', { colorScheme: 'dark' }],
  ['on a phone', PHONE],
  ['in forced colours', { forcedColors: 'active' }],
  ['in Arabic', { locale: 'ar' }],
]

let states: State[] = []
beforeAll(async () => {
  states = await makeStates(pollcast)
})

test.each(looks)('axe finds nothing on any page in any state, %s', async (_, options) => {
  const found: string[] = []
  for (const { name, path, enter } of states) {
    const voter = await newVoter({ reducedMotion: 'reduce', ...options })
    const tab = await openTab(voter, pollcast.url + path)
    await enter?.(tab)
    const { violations } = await new AxeBuilder({ page: tab }).withTags(TAGS).analyze()
    for (const { id, nodes } of violations)
      found.push(`${name}: ${id}: ${nodes.map(({ target }) => target).join(', ')}`)
    await tab.close()
  }
  expect(found).toEqual([])
})
