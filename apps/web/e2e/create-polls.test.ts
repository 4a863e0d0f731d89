import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launch, openTab } from './support/browser.ts'
import { Pollcast } from './support/pollcast.ts'

const KEY = 'key-of-those-who-ask'

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser.close())

async function withServer(environment: Record<string, string>, act: (pollcast: Pollcast) => Promise<void>) {
  const pollcast = await Pollcast.start(environment)
  try {
    await act(pollcast)
  } finally {
    await pollcast.remove()
  }
}

test('where making polls takes the server’s key, pages say so and ask for it once, and a wrong one is told at its field', async () => {
  await withServer({ CREATE_POLLS: 'key', CREATE_KEY: KEY }, async (pollcast) => {
    const host = await browser.newContext()
    const tab = await openTab(host, pollcast.url)
    await tab.getByTestId('creation').getByText("you need this server's key").waitFor()
    const asked = `${pollcast.url}/new?q=Lunch%3F&c=Pizza&c=Salad`
    await tab.goto(asked)
    const [key, start] = [tab.getByTestId('create-key'), tab.getByRole('button', { name: /Start the poll/ })]
    await start.click()
    await tab.getByText('To make polls on this server, you need its key.').waitFor()
    expect(await key.evaluate((field) => field === document.activeElement)).toBe(true)
    await key.fill('not-this-one')
    await start.click()
    await tab.getByText("This is not this server's key for making polls.").waitFor()
    await key.fill(KEY)
    await start.click()
    await tab.waitForURL(/\/r\/\d+\/host/)
    await tab.goto(asked)
    expect(await key.inputValue()).toBe(KEY)
    await start.click()
    await tab.waitForURL(/\/r\/\d+\/host/)
    await host.close()
  })
})

test('where nobody may make polls, the pages say so and lead nowhere that can’t be done', async () => {
  await withServer({ CREATE_POLLS: 'nobody' }, async (pollcast) => {
    const visitor = await browser.newContext()
    const tab = await openTab(visitor, pollcast.url)
    await tab.getByTestId('creation').getByText('No new polls can be made on this server.').waitFor()
    expect(await tab.locator('a[href$="/new"]').count()).toBe(0)
    await tab.goto(`${pollcast.url}/new`)
    await tab.getByTestId('closed').getByText('No new polls can be made on this server.').waitFor()
    expect(await tab.getByRole('button', { name: /Start the poll/ }).isVisible()).toBe(false)
    await visitor.close()
  })
})
