import type { BrowserContext, BrowserContextOptions } from 'playwright-core'
import { afterAll, afterEach, expect } from 'vitest'
import { launch, openContext } from './browser.ts'
import { Pollcast } from './pollcast.ts'

/** A server and a browser for the tests of one file. After each test its voters' pages must have had no errors. */
export async function startServerAndBrowser(environment: Record<string, string> = {}) {
  const voters: Awaited<ReturnType<typeof openContext>>[] = []
  const [pollcast, browser] = await Promise.all([Pollcast.start(environment), launch()])

  afterEach(async () => {
    const errors = voters.flatMap((voter) => voter.errors)
    await Promise.all(voters.splice(0).map(({ context }) => context.close()))
    expect(errors).toEqual([])
  })
  afterAll(async () => {
    await browser.close()
    await pollcast.remove()
  })

  async function newVoter(options?: BrowserContextOptions): Promise<BrowserContext> {
    const voter = await openContext(browser, options)
    voters.push(voter)
    return voter.context
  }
  return { pollcast, browser, newVoter }
}
