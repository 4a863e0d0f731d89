import type { Browser, BrowserContext, BrowserContextOptions } from 'playwright-core'

/** A visitor with an empty cache, whose pages can run functions of this command. */
export async function openContext(browser: Browser, options: BrowserContextOptions): Promise<BrowserContext> {
  const context = await browser.newContext(options)
  // tsx compiles functions to use this helper, which pages don't have.
  await context.addInitScript('globalThis.__name = (named) => named')
  return context
}
