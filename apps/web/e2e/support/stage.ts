import type { BrowserContext, BrowserContextOptions } from 'playwright-core'
import { afterAll, afterEach, expect } from 'vitest'
import { launch, person } from './browser.ts'
import { Pollcast } from './pollcast.ts'

/** A server and a browser for the tests of a file. After each the people in it leave, with no fault in their pages. */
export async function stage() {
  const people: Awaited<ReturnType<typeof person>>[] = []
  const [pollcast, browser] = await Promise.all([Pollcast.start(), launch()])

  afterEach(async () => {
    const faults = people.flatMap((one) => one.faults)
    await Promise.all(people.splice(0).map(({ context }) => context.close()))
    expect(faults).toEqual([])
  })
  afterAll(async () => {
    await browser.close()
    await pollcast.remove()
  })

  async function somebody(options?: BrowserContextOptions): Promise<BrowserContext> {
    const one = await person(browser, options)
    people.push(one)
    return one.context
  }
  return { pollcast, browser, somebody }
}
