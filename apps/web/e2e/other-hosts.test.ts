import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ROOT } from '@pollcast/api/testing/built-server'
import { ChildServer } from '@pollcast/api/testing/child-server'
import { freePort } from '@pollcast/api/testing/free-port'
import type { Browser } from 'playwright-core'
import sirv from 'sirv'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { charted, choice, isLive, launch, openContext, openTab } from './support/browser.ts'
import { Pollcast } from './support/pollcast.ts'

let browser: Browser

beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser?.close())

test('the web app works from another origin that the API allows', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'pollcast-web-'))
  const host = createServer(sirv(folder, { single: true, dev: true })).listen(0, '127.0.0.1')
  await once(host, 'listening')
  const origin = `http://localhost:${(host.address() as AddressInfo).port}`
  const pollcast = await Pollcast.start({ ALLOWED_ORIGINS: origin })
  try {
    const build = spawn('npx', ['vite', 'build', '--outDir', folder, '--logLevel', 'error'], {
      cwd: join(ROOT, 'apps/web'),
      env: { ...process.env, VITE_API_URL: pollcast.url },
    })
    expect((await once(build, 'exit'))[0]).toBe(0)
    const { context, errors } = await openContext(browser)
    const tab = await openTab(context, `${origin}/polls/tabspace`)
    await isLive(tab)
    // The cookie is set before the first vote, so that the vote counts once if its answer is lost.
    expect((await context.cookies()).map(({ name }) => name)).toEqual([expect.stringMatching(/^pollcast-/)])
    await Promise.all([tab.waitForResponse((answer) => answer.status() === 201), choice(tab, 'Tabs').click()])
    await expect.poll(() => charted(tab)).toEqual([1, 0, 0])
    await tab.reload()
    await isLive(tab)
    expect(await choice(tab, 'Tabs').getAttribute('aria-pressed')).toBe('true')
    expect(errors).toEqual([])
    await context.close()
  } finally {
    host.close()
    await pollcast.remove()
    await rm(folder, { recursive: true })
  }
})

test("Vite's dev server shows a poll with its data in the page and a live stream", async () => {
  const pollcast = await Pollcast.start({ WEB_DEV: 'on' })
  const port = await freePort()
  const vite = new ChildServer(['npx', 'vite', '--port', String(port), '--strictPort'], {
    cwd: join(ROOT, 'apps/web'),
    env: { ...process.env, PORT: String(pollcast.port) },
  })
  try {
    await vite.until(/ready in/)
    const { context } = await openContext(browser)
    const tab = await openTab(context, `http://localhost:${port}/polls/tabspace`)
    expect(JSON.parse((await tab.locator('#context').textContent()) ?? '')).toMatchObject({ poll: { id: 'tabspace' } })
    await isLive(tab)
    await pollcast.vote('tabspace', 2)
    await expect.poll(() => charted(tab)).toEqual([0, 0, 1])
    await Promise.all([tab.waitForResponse((answer) => answer.status() === 201), choice(tab, 'Tabs').click()])
    await context.close()
  } finally {
    await vite.end()
    await pollcast.remove()
  }
})
