import { freePort } from '@pollcast/api/testing/free-port'
import type { Browser } from 'playwright-core'
import { expect, onTestFinished, test } from 'vitest'
import { isLive, launch, openContext } from './support/browser.ts'
import { Pollcast } from './support/pollcast.ts'

const read = async (port: number) => {
  const text = await (await fetch(`http://localhost:${port}/metrics`)).text()
  const figure = (name: string) => Number(new RegExp(`^${name} (.*)$`, 'm').exec(text)?.[1])
  return {
    painted: figure('pollcast_commit_to_paint_seconds_count'),
    paintSum: figure('pollcast_commit_to_paint_seconds_sum'),
    writeSum: figure('pollcast_commit_to_first_write_seconds_sum'),
  }
}

const close = (browser: Browser) => () => browser.close()

test('what a page of the sample has painted is in the server’s metrics, from the commit on, when it is left', async () => {
  const begun = performance.now()
  const metricsPort = await freePort()
  const [pollcast, browser] = await Promise.all([Pollcast.start({ METRICS_PORT: String(metricsPort) }), launch()])
  onTestFinished(() => pollcast.remove())
  onTestFinished(close(browser))
  const { id, page } = await pollcast.makePoll('Painted?', ['Yes', 'No'])
  const { context, errors } = await openContext(browser)
  const tab = await context.newPage()
  // Nine pages of ten are not of the sample.
  await tab.addInitScript(() => {
    document.addEventListener('readystatechange', () => {
      const context = document.getElementById('context')
      if (document.readyState !== 'interactive' || !context) return
      context.textContent = JSON.stringify({ ...JSON.parse(context.textContent ?? '{}'), reportsFreshness: true })
    })
  })
  await tab.goto(page)
  await isLive(tab)
  for (let votes = 1; votes <= 3; votes++) {
    await pollcast.vote(id, 0)
    await expect.poll(() => tab.getByTestId('tally').getByTestId('count').first().textContent()).toBe(String(votes))
  }
  await expect.poll(() => tab.getByTestId('connection').textContent()).toMatch(/^Live\d+ ms$/)
  await tab.goto(`${pollcast.url}/new`)
  await expect.poll(async () => (await read(metricsPort)).painted).toBe(3)
  const { paintSum, writeSum } = await read(metricsPort)
  expect(paintSum).toBeGreaterThanOrEqual(writeSum - 0.003)
  // In seconds, of three votes that were painted since this test began.
  expect(paintSum).toBeLessThan((3 * (performance.now() - begun)) / 1000)
  expect(errors).toEqual([])
})
