import type { Browser } from 'playwright-core'
import { openContext } from './open-context.ts'

/** "Slow 4G", as Lighthouse names it, on a phone with a quarter of this machine's speed. */
const SLOW_4G = { offline: false, latency: 150, downloadThroughput: 1_600_000 / 8, uploadThroughput: 750_000 / 8 }
const SLOWER_CPU = 4

export interface Load {
  /** Milliseconds from the start of the navigation until the question was painted, which the page has without the app. */
  firstPaint: number
  /** Until the largest text or picture was painted. */
  largestPaint: number
  /** Until one can vote. */
  usable: number
  /** Cumulative layout shift, with the web font. */
  shift: number
  /** Bytes of scripts that were sent before one could vote. */
  scriptBytes: number
}

/** Loads the page once with an empty cache. */
export async function loadPage(browser: Browser, url: string, locale: string): Promise<Load> {
  const context = await openContext(browser, { locale, viewport: { width: 360, height: 740 }, deviceScaleFactor: 2 })
  try {
    await context.addInitScript(observe)
    const tab = await context.newPage()
    const devtools = await context.newCDPSession(tab)
    await devtools.send('Network.enable')
    await devtools.send('Network.emulateNetworkConditions', SLOW_4G)
    await devtools.send('Emulation.setCPUThrottlingRate', { rate: SLOWER_CPU })
    await tab.goto(url)
    await tab.getByTestId('choice').first().waitFor()
    await tab.locator('[data-testid=connection][data-state=live]').waitFor()
    await tab.locator('canvas').waitFor()
    await tab.evaluate(() => document.fonts.ready)
    return await tab.evaluate(() => Reflect.get(window, 'measured')())
  } finally {
    await context.close()
  }
}

/** Runs in the page, before its own scripts. */
function observe(): void {
  let [largestPaint, usable, shift, scriptBytes] = [0, 0, 0, 0]
  const on = (type: string, take: (entry: PerformanceEntry) => void) => {
    const observer = new PerformanceObserver((list) => list.getEntries().forEach(take))
    observer.observe({ type, buffered: true })
    return () => observer.takeRecords().forEach(take)
  }
  const flush = [
    on('largest-contentful-paint', ({ startTime }) => {
      largestPaint = startTime
    }),
    on('layout-shift', (entry) => {
      shift += Reflect.get(entry, 'value')
    }),
  ]
  const firstPaint = () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0
  const scripts = () =>
    performance
      .getEntriesByType('resource')
      .filter(({ name }) => name.endsWith('.js'))
      .reduce((sum, entry) => sum + (entry as PerformanceResourceTiming).transferSize, 0)
  new MutationObserver((_changes, observer) => {
    if (!document.querySelector('[data-testid=choice]')) return
    observer.disconnect()
    usable = performance.now()
    scriptBytes = scripts()
  }).observe(document, { childList: true, subtree: true })
  const measured = () =>
    new Promise((resolve) => {
      // Two frames on, so that a shift by the last paint counts.
      const tell = () => {
        for (const take of flush) take()
        resolve({ firstPaint: firstPaint(), largestPaint, usable, shift, scriptBytes })
      }
      requestAnimationFrame(() => requestAnimationFrame(tell))
    })
  Object.assign(window, { measured })
}
