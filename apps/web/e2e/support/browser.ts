import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { expect, inject } from 'vitest'

/** Chromium as it must be started by root and without a network; names that end in .test are this machine's. */
const options = () => ({
  executablePath: inject('chromium'),
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--host-resolver-rules=MAP *.test 127.0.0.1',
  ],
})

export function launch(): Promise<Browser> {
  return chromium.launch(options())
}

/** Lets a browser whose user has blocked all cookies, and so all storage, do something. */
export async function withoutCookies(act: (context: BrowserContext) => Promise<void>): Promise<void> {
  const profile = await mkdtemp(join(tmpdir(), 'pollcast-profile-'))
  const preferences = { profile: { default_content_setting_values: { cookies: 2 } } }
  await mkdir(join(profile, 'Default'))
  await writeFile(join(profile, 'Default', 'Preferences'), JSON.stringify(preferences))
  const context = await chromium.launchPersistentContext(profile, options())
  try {
    await act(context)
  } finally {
    await context.close()
    await rm(profile, { recursive: true, force: true, maxRetries: 5 })
  }
}

/** One person's browser: its tabs share a voter. Whatever goes wrong in a page is gathered in `faults`. */
export async function person(browser: Browser, options: BrowserContextOptions = {}) {
  const context = await browser.newContext(options)
  const faults: string[] = []
  context.on('weberror', (error) => faults.push(error.error().message))
  context.on('console', (message) => {
    // What a server that is down or that refuses costs, the page tells its reader; Chromium logs it all the same.
    const expected = /net::ERR_|status of (4|5)\d\d/.test(message.text())
    if (message.type() === 'error' && !expected) faults.push(message.text())
  })
  return { context, faults }
}

export async function openTab(context: BrowserContext, url: string): Promise<Page> {
  const tab = await context.newPage()
  await tab.goto(url)
  return tab
}

export const connection = (tab: Page) => tab.getByTestId('connection').getAttribute('data-state')
export const isLive = (tab: Page) => tab.locator('[data-testid=connection][data-state=live]').waitFor()
export const choice = (tab: Page, text: string) => tab.getByTestId('choice').filter({ hasText: text })

/** What the chart has drawn. */
export const charted = async (tab: Page): Promise<number[]> =>
  JSON.parse((await tab.getByTestId('chart').getAttribute('data-values')) ?? '[]')

/** What the table says. */
export const tabled = async (tab: Page): Promise<number[]> =>
  (await tab.getByTestId('tally').getByTestId('count').allTextContents()).map(Number)

/** Waits until the chart and the table show these numbers. */
export const shows = (tab: Page, numbers: number[]) =>
  expect.poll(async () => [await charted(tab), await tabled(tab)]).toEqual([numbers, numbers])
