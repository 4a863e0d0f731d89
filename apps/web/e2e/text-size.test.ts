import { expect, test } from 'vitest'
import { openTab, withProfile } from './support/browser.ts'
import { startServerAndBrowser } from './support/setup.ts'
import { ADMIN_KEY, fullestOf, makeStates } from './support/states.ts'

const { pollcast } = await startServerAndBrowser({ ADMIN_KEY })
const states = fullestOf(await makeStates(pollcast))

const TWICE = { webkit: { webprefs: { default_font_size: 32 } } }

test('where the reader has text of twice the size, no page is wider than the screen of a phone or a computer', () =>
  withProfile(TWICE, async (context) => {
    const wide: string[] = []
    for (const { name, path, enter } of states) {
      const tab = await openTab(context, pollcast.url + path)
      await enter?.(tab)
      for (const viewport of [
        { width: 390, height: 844 },
        { width: 1366, height: 900 },
      ]) {
        await tab.setViewportSize(viewport)
        const widths = await tab.evaluate(() => [document.documentElement.scrollWidth, innerWidth] as const)
        if (widths[0] > widths[1]) wide.push(`${name} at ${viewport.width}: ${widths[0]}`)
      }
      await tab.close()
    }
    expect(wide).toEqual([])
  }))
