import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '@pollcast/api/testing/free-port'
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { expect, inject } from 'vitest'

/** For Chromium run by root and without a network. Host names that end in .test resolve to this machine. */
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

/**
 * Runs `act` in a browser of which one tab is seen, and those behind it are hidden, as people have it: in Playwright's contexts all are
 * seen, and none can be frozen.
 */
export async function withHiddenTabs(act: (context: BrowserContext) => Promise<void>): Promise<void> {
  const port = await freePort()
  const { args, ...others } = options()
  const launched = await chromium.launch({ ...others, args: [...args, `--remote-debugging-port=${port}`] })
  try {
    const browser = await chromium.connectOverCDP(`http://127.0.0.1:${port}`, { noDefaults: true })
    await act(browser.contexts()[0] as BrowserContext)
  } finally {
    await launched.close()
  }
}

/** A browser that keeps pages that were left, as people have it: Playwright's do not. */
export const launchWithBackForwardCache = (): Promise<Browser> =>
  chromium.launch({ ...options(), ignoreDefaultArgs: ['--disable-back-forward-cache'] })

/** Runs `act` in a browser that blocks all cookies, and with them all storage. */
export const withoutCookies = (act: (context: BrowserContext) => Promise<void>): Promise<void> =>
  withProfile({ profile: { default_content_setting_values: { cookies: 2 } } }, act)

/**
 * Runs `act` in a browser with these preferences, as people have it. Contexts of a shared browser are private windows, which
 * keep nothing in frames of other sites.
 */
export async function withProfile(preferences: object, act: (context: BrowserContext) => Promise<void>): Promise<void> {
  const profile = await mkdtemp(join(tmpdir(), 'pollcast-profile-'))
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

/** A browser context of its own, whose tabs share a voter. Errors in its pages are collected in `errors`. */
export async function openContext(browser: Browser, options: BrowserContextOptions = {}) {
  const context = await browser.newContext(options)
  const errors: string[] = []
  context.on('weberror', (error) => errors.push(error.error().message))
  context.on('console', (message) => {
    // Chromium logs each failed request, also those that the page handles, and each header that is for https only.
    const expected = /net::ERR_|status of (4|5)\d\d|Cross-Origin-Opener-Policy header has been ignored/.test(
      message.text(),
    )
    if (message.type() === 'error' && !expected) errors.push(message.text())
  })
  return { context, errors }
}

/** Ends what hangs, in milliseconds: less than a test may take, so that it says what it has waited for. */
const LIMIT = 120_000

export async function openTab(context: BrowserContext, url: string): Promise<Page> {
  const tab = await context.newPage()
  tab.setDefaultTimeout(LIMIT)
  await tab.goto(url)
  return tab
}

export const connection = (tab: Page) => tab.getByTestId('connection').getAttribute('data-state')
export const isLive = (tab: Page) => tab.locator('[data-testid=connection][data-state=live]').waitFor()
export const choice = (tab: Page, text: string) => tab.getByTestId('choice').filter({ hasText: text })

/** The numbers that the chart has drawn. */
export const charted = async (tab: Page): Promise<number[]> =>
  JSON.parse((await tab.getByTestId('chart').getAttribute('data-values')) ?? '[]')

/** The numbers in the table. */
export const tabled = async (tab: Page): Promise<number[]> =>
  (await tab.getByTestId('tally').getByTestId('count').allTextContents()).map(Number)

/** Waits until the chart and the table show these numbers. */
export const shows = (tab: Page, numbers: number[]) =>
  expect.poll(async () => [await charted(tab), await tabled(tab)]).toEqual([numbers, numbers])
