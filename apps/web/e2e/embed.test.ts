import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { routes } from '@pollcast/shared/routes'
import type { BrowserContext, Frame } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { isLive, openTab, withProfile } from './support/browser.ts'
import { startServerAndBrowser } from './support/setup.ts'

const { pollcast, newVoter } = await startServerAndBrowser()

/** The body of the page around, which is on another site. */
let body = ''
const site = createServer((_req, res) => {
  res.setHeader('Content-Type', 'text/html').end(`<!doctype html><title>Another site</title>${body}`)
}).listen(0, '127.0.0.1')
const siteUrl = () => `http://127.0.0.1:${(site.address() as AddressInfo).port}/`

beforeAll(async () => {
  if (!site.listening) await once(site, 'listening')
})
afterAll(() => site.close())

/** A browser that gives frames of other sites a storage, divided by the site around: Debian's Chromium refuses it. */
const KEEPS_STORAGE = { profile: { cookie_controls_mode: 0, block_third_party_cookies: false } }

async function openFramed(voter: BrowserContext, path: string, more = '') {
  body = `<iframe src="${pollcast.url}${path}" width="640" height="480"></iframe>${more}`
  const tab = await openTab(voter, siteUrl())
  return { tab, frame: tab.frames()[1] as Frame }
}

const read = async (pollId: string) => (await fetch(pollcast.url + routes.poll(pollId))).json()
const makeRoom = async (question: string, more: object = {}) => {
  const body = JSON.stringify({ question, choices: ['Yes', 'No'], ...more })
  const init = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body }
  return (await fetch(pollcast.url + routes.polls, init)).json()
}

test('a vote in a frame on another site counts once, whatever is reloaded or changed', async () => {
  const { poll, room } = await makeRoom('Framed?')
  await withProfile(KEEPS_STORAGE, async (voter) => {
    for (const path of [routes.pollEmbed(poll.id), routes.roomEmbed(room.code)]) {
      for (const text of ['Yes', 'No']) {
        const { tab, frame } = await openFramed(voter, path)
        await frame.locator('[data-state=live]').waitFor()
        const row = frame.getByTestId('choice').filter({ hasText: text })
        if ((await row.getAttribute('aria-pressed')) === 'false') await row.click()
        await row.getByText('Your vote').waitFor()
        await frame.getByText('Your vote is in.').waitFor()
        await tab.close()
      }
    }
  })
  expect(await read(poll.id)).toMatchObject({ voters: 1, choices: [{ votes: 0 }, { votes: 1 }] })
})

test('where the frame can keep nothing, it shows the results and a way to the poll', async () => {
  const { poll } = await makeRoom('Kept?')
  const voter = await newVoter()
  await voter.addInitScript(() => {
    if (window.parent === window) return
    for (const name of ['localStorage', 'sessionStorage']) {
      Object.defineProperty(window, name, {
        get: () => {
          throw new DOMException('Denied.', 'SecurityError')
        },
      })
    }
  })
  const { frame } = await openFramed(voter, routes.pollEmbed(poll.id))
  const link = frame.getByTestId('open')
  await link.waitFor()
  expect([await link.textContent(), await link.getAttribute('href')]).toEqual([
    'Open to vote',
    routes.pollPage(poll.id),
  ])
})

test('over a video nothing is painted but the results, in the wanted colour, as many as wanted, and the winner stays', async () => {
  const { poll, room, hostKey } = await makeRoom('On air?', { choices: ['A', 'B', 'C', 'D'] })
  for (const index of [1, 1, 3]) await pollcast.vote(poll.id, index)
  const voter = await newVoter({ reducedMotion: 'reduce', viewport: { width: 800, height: 400 } })
  const tab = await openTab(voter, `${pollcast.url}${routes.roomEmbed(room.code)}?transparent&accent=ff0080&max=2`)
  const rows = tab.getByTestId('choice')
  await rows.first().waitFor()
  expect(await rows.locator('.text').allTextContents()).toEqual(['B', 'D'])
  const painted = await tab.evaluate(() =>
    [document.documentElement, document.body].map((element) => getComputedStyle(element).backgroundColor),
  )
  expect(painted).toEqual(['rgba(0, 0, 0, 0)', 'rgba(0, 0, 0, 0)'])
  expect(await tab.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue('--accent'))).toBe(
    '#ff0080',
  )

  const patch = (path: string, change: object) =>
    fetch(pollcast.url + path, {
      method: 'PATCH',
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${hostKey}` },
      body: JSON.stringify(change),
    })
  await patch(routes.poll(poll.id), { status: 'closed' })
  await tab.getByTestId('winner').waitFor()
  await patch(routes.room(room.code), { currentPollId: null })
  // The event of the move has come once another one has.
  await patch(routes.room(room.code), { title: 'Moved' })
  expect(await rows.filter({ hasText: 'Winner' }).locator('.text').textContent()).toBe('B')
})

test('the page around opens a poll with its slide, only with the host’s key in the frame’s address', async () => {
  const first = await makeRoom('First?')
  const roomCode = first.room.code
  const init = {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${first.hostKey}` },
    body: JSON.stringify({ question: 'Second?', choices: ['Here', 'There'], roomCode }),
  }
  const second = await (await fetch(pollcast.url + routes.polls, init)).json()
  const audience = await openTab(await newVoter(), pollcast.url + routes.roomPage(roomCode))
  await isLive(audience)
  const ask = async (hash: string) => {
    const { tab, frame } = await openFramed(await newVoter(), `${routes.pollEmbed(second.poll.id)}${hash}`)
    await frame.getByRole('heading', { name: 'Second?' }).waitFor()
    await tab.evaluate(() => frames[0]?.postMessage({ type: 'pollcast:open' }, '*'))
    return frame
  }
  const stranger = await ask('')
  expect(await audience.getByRole('heading', { level: 1 }).textContent()).toBe('First?')
  expect(stranger.url()).not.toContain('#')
  const host = await ask(`#${first.hostKey}`)
  await audience.getByRole('heading', { name: 'Second?' }).waitFor()
  // The key is out of the address.
  expect(host.url()).not.toContain(first.hostKey)
})
