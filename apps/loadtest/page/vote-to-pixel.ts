import type { Browser, Page } from 'playwright-core'
import { openContext } from './open-context.ts'

/**
 * Votes in one tab, and watches the chart's numbers in a tab of someone else. Both tell the time by the clock of this
 * machine.
 *
 * @returns milliseconds from each click until the frame with it was painted in the other tab
 */
export async function measureVotes(
  browser: Browser,
  url: string,
  count: number,
  onVote: (done: number) => void,
): Promise<number[]> {
  const [voter, watcher] = await Promise.all([openTab(browser, url), openTab(browser, url)])
  try {
    await watcher.evaluate(watch)
    const choices = await voter.getByTestId('choice').count()
    const samples: number[] = []
    for (let vote = 0; vote < count; vote++) {
      const painted = watcher.evaluate(() => Reflect.get(window, 'nextPaint')() as Promise<number>)
      const clicked = await voter
        .getByTestId('choice')
        .nth(vote % choices)
        .evaluate(click)
      samples.push((await painted) - clicked)
      await voter.getByTestId('outcome').getByText('✓').waitFor()
      onVote(vote + 1)
    }
    return samples
  } finally {
    await Promise.all([voter, watcher].map((tab) => tab.context().close()))
  }
}

async function openTab(browser: Browser, url: string): Promise<Page> {
  const context = await openContext(browser, { reducedMotion: 'reduce' })
  const tab = await context.newPage()
  await tab.goto(url)
  await tab.locator('[data-testid=connection][data-state=live]').waitFor()
  await tab.locator('canvas').waitFor()
  return tab
}

/** Runs in the voter's tab. Resolves with the time, to which both tabs' clocks agree. */
function click(choice: Element): number {
  const time = performance.timeOrigin + performance.now()
  ;(choice as HTMLElement).click()
  return time
}

/** Runs in the watcher's tab: notices the first frame that has other numbers than the one before. */
function watch(): void {
  const numbers = () => [...document.querySelectorAll('[data-testid=choice]')].map((row) => row.textContent).join()
  let shown = numbers()
  let tell: ((time: number) => void) | undefined
  const { port1, port2 } = new MessageChannel()
  // A task that was posted in a frame runs once the frame has been painted.
  port2.onmessage = () => {
    const now = numbers()
    if (now === shown) return
    shown = now
    tell?.(performance.timeOrigin + performance.now())
  }
  const onFrame = () => {
    port1.postMessage(null)
    requestAnimationFrame(onFrame)
  }
  requestAnimationFrame(onFrame)
  const nextPaint = () =>
    new Promise<number>((resolve) => {
      tell = resolve
    })
  Object.assign(window, { nextPaint })
}
