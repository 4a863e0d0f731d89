import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bearer, createPollOf, json, Voter } from '@pollcast/api/testing/voter'
import { routes } from '@pollcast/shared/routes'
import type { BrowserContextOptions, Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { choice, isLive, openTab, shows, tabled } from './support/browser.ts'
import { startServerAndBrowser } from './support/setup.ts'

const { pollcast, newVoter } = await startServerAndBrowser()

/** A room with these questions, each with the choices Yes and No; the first is on. */
async function makeRoom(...questions: string[]) {
  const [first = 'First?', ...others] = questions
  const { poll, room, hostKey } = await createPollOf(pollcast.url, { question: first, choices: ['Yes', 'No'] })
  const ids = [poll.id]
  for (const question of others) {
    const body = { question, choices: ['Yes', 'No'], roomCode: room.code }
    const { headers, ...init } = json(body)
    const answer = await fetch(pollcast.url + routes.polls, { ...init, headers: { ...headers, ...bearer(hostKey) } })
    ids.push(((await answer.json()) as { poll: { id: string } }).poll.id)
  }
  const page = pollcast.url + routes.hostPage(room.code)
  return {
    code: room.code,
    hostKey,
    ids,
    page,
    link: `${page}#${hostKey}`,
    voterPage: pollcast.url + routes.roomPage(room.code),
  }
}

const openHost = async (link: string, options?: BrowserContextOptions) => {
  const tab = await openTab(await newVoter(options), link)
  await isHosting(tab)
  return tab
}
const isHosting = async (tab: Page) => {
  await tab.getByTestId('live-results').waitFor()
  await tab.locator('[data-testid=connection][data-state=live]').first().waitFor({ state: 'attached' })
}
const panel = async (tab: Page, name: string) => {
  await tab.getByTestId(`panel-${name}`).locator('> summary').click()
  return tab.getByTestId(`panel-${name}`)
}
const question = (tab: Page, text: string) => tab.getByRole('heading', { level: 1, name: text }).waitFor()
const roomPoll = (tab: Page, text: string) => tab.getByTestId('room-poll').filter({ hasText: text })
const status = (tab: Page) => tab.getByTestId('status').getAttribute('data-status')
const isOpen = (tab: Page, wanted: 'open' | 'closed') => expect.poll(() => status(tab)).toBe(wanted)

test('the host moves the room with one key, voters follow without a request, and a move can be undone', async () => {
  const { link, voterPage } = await makeRoom('First?', 'Second?')
  const host = await openHost(link)
  expect(new URL(host.url()).hash).toBe('')
  const voters = [await openTab(await newVoter(), voterPage), await openTab(await newVoter(), voterPage)]
  await Promise.all(voters.map(isLive))
  await choice(voters[0] as Page, 'Yes').click()
  await shows(host, [1, 0])
  // What is for paper alone is loaded last.
  for (const tab of voters) await tab.getByTestId('printed-link').locator('.qr').waitFor({ state: 'attached' })
  const requests: string[] = []
  for (const tab of voters) tab.on('request', (request) => requests.push(request.url()))

  await host.keyboard.press('n')
  for (const tab of [host, ...voters]) await question(tab, 'Second?')
  await roomPoll(host, 'First?').getByText('Closed').waitFor()

  await host.getByTestId('undo').click()
  for (const tab of [host, ...voters]) await question(tab, 'First?')
  await isOpen(host, 'open')
  await shows(host, [1, 0])

  await host.keyboard.press('ArrowRight')
  for (const tab of voters) await question(tab, 'Second?')
  await host.getByTestId('pause').click()
  for (const tab of voters) await tab.getByTestId('between').waitFor()
  await roomPoll(host, 'Second?').getByTestId('show').click()
  for (const tab of voters) await question(tab, 'Second?')
  expect(requests).toEqual([])
})

test('keys do nothing while the host types or is asked something', async () => {
  const { link } = await makeRoom('First?', 'Second?')
  const host = await openHost(link)
  await host.getByTestId('add-question').click()
  await host.getByTestId('poll-editor').locator('textarea').fill('')
  await host.keyboard.type('nnn')
  await host.keyboard.press('ArrowRight')
  await roomPoll(host, 'First?').getByTestId('more').click()
  await roomPoll(host, 'First?').getByTestId('delete').click()
  await host.keyboard.press('n')
  await host.keyboard.press('Escape')
  await expect.poll(() => host.locator('dialog[open]').count()).toBe(0)
  expect(await host.locator('h1').textContent()).toBe('First?')
  expect(await host.getByTestId('room-poll').count()).toBe(2)
})

test('results that are hidden are seen by the host alone until they are revealed', async () => {
  const { link, voterPage, ids } = await makeRoom('Secret?')
  const host = await openHost(link)
  const voter = await openTab(await newVoter(), voterPage)
  await isLive(voter)
  await host.getByTestId('results').click()
  await host.getByTestId('audience').getByText('Only you see the results').waitFor()
  await pollcast.vote(ids[0] as string, 1)
  await shows(host, [0, 1])
  await expect.poll(() => voter.getByTestId('total').textContent()).toBe('1 voter')
  expect(await voter.getByTestId('tally').count()).toBe(0)

  await host.getByRole('button', { name: 'As the audience sees it' }).click()
  await expect.poll(() => host.getByTestId('tally').count()).toBe(0)
  await host.getByTestId('results').click()
  await shows(voter, [0, 1])
  await shows(host, [0, 1])
})

test('the host closes and opens the poll, and sets a timer that all see', async () => {
  const { link, voterPage } = await makeRoom('When?')
  const host = await openHost(link)
  const voter = await openTab(await newVoter(), voterPage)
  await isLive(voter)
  await host.getByTestId('close').click()
  await isOpen(host, 'closed')
  await voter.getByText('Closed. Final results.').waitFor()
  await host.getByTestId('open').click()
  await isOpen(host, 'open')

  await host.getByTestId('add-30').click()
  for (const tab of [host, voter])
    await tab
      .getByTestId('time-left')
      .getByText(/0:(30|2\d)/)
      .waitFor()
  await host.getByTestId('add-30').click()
  await voter
    .getByTestId('time-left')
    .getByText(/1:00|0:5\d/)
    .waitFor()
  await host.getByRole('button', { name: 'No timer' }).click()
  await voter.getByTestId('time-left').waitFor({ state: 'detached' })
  await host.getByTestId('add-30').click()
  await host.getByRole('button', { name: 'End now' }).click()
  await isOpen(host, 'closed')
})

test('a move that is undone gives the poll its timer back, and one whose timer is over meanwhile stays closed', async () => {
  const { link, ids, hostKey } = await makeRoom('First?', 'Second?')
  const host = await openHost(link)
  const setTimer = async (milliseconds: number, shown: RegExp) => {
    const closesAt = new Date(Date.now() + milliseconds).toISOString()
    await new Voter(pollcast.url).ask(routes.poll(ids[0] ?? ''), {
      method: 'PATCH',
      headers: { 'Content-Type': 'application/json', ...bearer(hostKey) },
      body: JSON.stringify({ closesAt }),
    })
    await host.getByTestId('time-left').getByText(shown).waitFor()
    return closesAt
  }
  const closesAt = await setTimer(600_000, /10:00|9:5\d/)
  const moveAndUndo = async () => {
    await host.keyboard.press('n')
    await question(host, 'Second?')
    await roomPoll(host, 'First?').getByText('Closed').waitFor()
    return async () => {
      await host.getByTestId('undo').click()
      await question(host, 'First?')
    }
  }
  const undo = await moveAndUndo()
  await undo()
  await isOpen(host, 'open')
  await host.getByTestId('time-left').waitFor()
  const read = () => new Voter(pollcast.url).read(ids[0] ?? '')
  expect((await read()).closesAt).toBe(closesAt)

  const soon = await setTimer(9000, /0:0\d/)
  const undoLate = await moveAndUndo()
  await expect.poll(async () => (await read()).now > soon).toBe(true)
  await undoLate()
  await isOpen(host, 'closed')
})

test('a new round starts at zero, and the rounds stand side by side with who moved', async () => {
  const { link, ids } = await makeRoom('Again?')
  const [pollId = ''] = ids
  const voters = [new Voter(pollcast.url), new Voter(pollcast.url), new Voter(pollcast.url)]
  const { choices } = await new Voter(pollcast.url).read(pollId)
  const [yes = 0, no = 0] = choices.map(({ id }) => id)
  for (const voter of voters) await voter.read(pollId)
  for (const voter of voters) await voter.vote(pollId, yes)
  const host = await openHost(link)
  await shows(host, [3, 0])
  await host.getByTestId('new-round').click()
  await shows(host, [0, 0])
  await host.getByTestId('round').getByText('Round 2').waitFor()
  await voters[0]?.vote(pollId, yes)
  await voters[1]?.vote(pollId, no)
  await shows(host, [1, 1])

  const rounds = await panel(host, 'rounds')
  await expect.poll(() => rounds.getByTestId('flow').count()).toBe(3)
  const cells = await rounds.getByTestId('rounds').locator('tbody td').allTextContents()
  expect(cells.map((text) => text.trim().replace(/\s+/g, ' '))).toEqual(['3 100%', '1 50%', '0 0%', '1 50%'])
  await rounds.getByText('Who moved, as a table').click()
  const moves = await rounds.getByTestId('moves').locator('tbody tr').allInnerTexts()
  expect(moves.map((row) => row.split('\t').join(' ')).sort()).toEqual([
    '1 → 2 Yes No 1',
    '1 → 2 Yes Yes 1',
    '1 → 2 Yes no vote 1',
  ])
})

/** Drags a question by its handle, in small steps as a hand does. */
async function drag(tab: Page, from: number, to: number): Promise<void> {
  const handles = tab.locator('.handle')
  await handles.nth(from).hover()
  await tab.mouse.down()
  const { x = 0, y = 0 } = (await handles.nth(to).boundingBox()) ?? {}
  await tab.mouse.move(x + 4, y, { steps: 30 })
  await tab.mouse.up()
}

test('questions are added, edited, reordered, copied and, after a question, deleted', async () => {
  const { link, voterPage } = await makeRoom('First?', 'Second?')
  const host = await openHost(link)
  const order = () => host.getByTestId('room-poll').locator('.question').allTextContents()
  await host.getByTestId('add-question').click()
  const editor = host.getByTestId('poll-editor')
  await editor.locator('textarea').fill('Third?')
  await editor.getByPlaceholder('Choice 1').fill('Same')
  await editor.getByPlaceholder('Choice 2').fill('Same')
  await editor.locator('[type=submit]').click()
  await editor.getByText('Already in the list.').waitFor()
  await editor.getByPlaceholder('Choice 2').fill('Other')
  await editor.locator('[type=submit]').click()
  await expect.poll(order).toEqual(['First?', 'Second?', 'Third?'])

  await roomPoll(host, 'Third?').getByTestId('more').click()
  await roomPoll(host, 'Third?').getByTestId('up').click()
  await expect.poll(order).toEqual(['First?', 'Third?', 'Second?'])
  await roomPoll(host, 'Third?').getByTestId('copy').click()
  await expect.poll(order).toEqual(['First?', 'Third?', 'Second?', 'Third?'])
  await host.getByTestId('room-poll').nth(3).getByTestId('more').click()
  await host.getByTestId('room-poll').nth(3).getByTestId('delete').click()
  await host.locator('dialog[open]').getByTestId('confirm').click()
  await expect.poll(order).toEqual(['First?', 'Third?', 'Second?'])

  await drag(host, 2, 1)
  await expect.poll(order).toEqual(['First?', 'Second?', 'Third?'])
  await host.reload()
  await expect.poll(order).toEqual(['First?', 'Second?', 'Third?'])

  const voter = await openTab(await newVoter(), voterPage)
  await isLive(voter)
  await choice(voter, 'Yes').click()
  await shows(host, [1, 0])
  await roomPoll(host, 'First?').getByTestId('more').click()
  await roomPoll(host, 'First?').getByTestId('edit').click()
  const edited = host.getByTestId('poll-editor')
  expect(await edited.locator('input[type=number], .remove').count()).toBe(0)
  await edited.locator('textarea').fill('First, really?')
  await edited.locator('[type=submit]').click()
  await question(voter, 'First, really?')
  for (const tab of [host, voter])
    await tab
      .getByTestId('reworded')
      .getByText(/Reworded at \d\d:\d\d/)
      .waitFor()
})

test('one-time codes are issued, printed 32 to a page, saved as CSV, and counted as they are used', async () => {
  const { link, code } = await makeRoom('Coded?')
  const host = await openHost(link)
  const settings = await panel(host, 'settings')
  await settings.locator('select[name=voteMode]').selectOption('code')
  const codes = await panel(host, 'codes')
  await codes.locator('input[name=count]').fill('70')
  await codes.locator('[type=submit]').click()
  await expect.poll(() => codes.getByTestId('codes-issued').textContent()).toBe('70')

  const [saved] = await Promise.all([host.waitForEvent('download'), codes.getByTestId('codes-csv').click()])
  const lines = (await readFile(await saved.path(), 'utf8')).split('\r\n')
  expect(lines[0]).toBe('\ufeffcode,link')
  const [first = '', voterLink = ''] = (lines[1] ?? '').split(',')
  expect(first).toMatch(/^[2-9A-Z]{5}-[2-9A-Z]{5}$/)
  expect(voterLink).toBe(`${pollcast.url}${routes.roomPage(code)}#${first}`)

  await codes.getByTestId('show-sheet').click()
  await expect.poll(() => host.getByTestId('ticket').count()).toBe(70)
  await host.getByTestId('ticket').first().getByText(first).waitFor()
  const pdf = (await host.pdf({ preferCSSPageSize: true })).toString('latin1')
  expect(pdf.match(/\/Type\s*\/Page\b/g)).toHaveLength(3)
  expect(new Set(pdf.match(/\/MediaBox\s*\[[^\]]*\]/g)).size).toBe(1)
  await host.getByRole('button', { name: 'Back' }).click()

  const voter = await openTab(await newVoter(), voterLink)
  await isLive(voter)
  await choice(voter, 'Yes').click()
  await shows(host, [1, 0])
  await codes.getByRole('button', { name: 'Refresh' }).click()
  await expect.poll(() => codes.getByTestId('codes-used').textContent()).toBe('1')
  // The server tells codes once: they are still there after a reload.
  await host.reload()
  await isHosting(host)
  await panel(host, 'codes')
  await host.getByTestId('issued').getByText('70 new codes.').waitFor()
})

test('the host link is saved as a file that opens the page on another device', async () => {
  const { page, link } = await makeRoom('Key?')
  const host = await openHost(link)
  const [saved] = await Promise.all([host.waitForEvent('download'), host.getByTestId('save-key').click()])
  const folder = await mkdtemp(join(tmpdir(), 'pollcast-key-'))
  try {
    const file = join(folder, saved.suggestedFilename())
    await saved.saveAs(file)
    expect(await readFile(file, 'utf8')).toContain(link)
    // Its QR code is on the screen only when the host asks for it.
    const qr = host.getByTestId('move-to-phone').getByTestId('qr')
    expect(await qr.count()).toBe(0)
    await host.getByTestId('move-to-phone').locator('summary').click()
    await qr.waitFor()
    const other = await openTab(await newVoter(), page)
    await other.getByText('This browser has no key to this room.').waitFor()
    await other.getByTestId('key-file').setInputFiles(file)
    await isHosting(other)
    await other.reload()
    await isHosting(other)
  } finally {
    await rm(folder, { recursive: true })
  }
})

test('a wrong key opens nothing and says so; the right one is taken, and is not lost to a wrong link', async () => {
  const { page, link, hostKey } = await makeRoom('Wrong?')
  const other = await makeRoom('Other?')
  const tab = await openTab(await newVoter(), `${page}#${other.hostKey}`)
  const gate = tab.getByTestId('key-gate')
  await gate.getByText('This host key is wrong or was replaced.').waitFor()
  const field = gate.locator('input[name=key]')
  await field.fill('nonsense')
  await field.press('Enter')
  await gate.getByText('There is no host key in this.').waitFor()
  await field.fill(other.link)
  await field.press('Enter')
  await gate.getByText(`This key is for room ${other.code}.`).waitFor()
  await field.fill(hostKey)
  await field.press('Enter')
  await isHosting(tab)

  await tab.goto('about:blank')
  await tab.goto(`${page}#${other.hostKey}`)
  await isHosting(tab)
  await tab.goto('about:blank')
  await tab.goto(link)
  await isHosting(tab)
})

test('a new key takes the place of one that got out: who had the old one is shut out at once', async () => {
  const { link } = await makeRoom('Leaked?')
  const [host, thief] = [await openHost(link), await openHost(link)]
  await host.getByText('Has the key leaked?').click()
  await host.getByTestId('new-key').click()
  await host.locator('dialog[open]').getByTestId('confirm').click()
  await host.getByText('You have a new key.').waitFor()
  await thief.getByTestId('key-gate').waitFor()
  await host.getByTestId('close').click()
  await isOpen(host, 'closed')
  await host.reload()
  await isHosting(host)
})

test('a host who reloads before the new key has come gets it on the next page, and the old one still opens nothing', async () => {
  const { page, link, hostKey } = await makeRoom('Reloaded?')
  const host = await openHost(link)
  const answered = new Promise<void>((resolve) => {
    void host.route('**/key', async (route) => {
      await route.fetch()
      resolve()
    })
  })
  await host.getByText('Has the key leaked?').click()
  await host.getByTestId('new-key').click()
  await host.locator('dialog[open]').getByTestId('confirm').click()
  await answered
  await host.unroute('**/key')
  await host.reload()
  await isHosting(host)
  await host.getByTestId('close').click()
  await isOpen(host, 'closed')
  const thief = await openTab(await newVoter(), `${page}#${hostKey}`)
  await thief.getByTestId('key-gate').waitFor()
})

test('files are saved with the key in a header, never in an address; the chart also as PNG', async () => {
  const { link, ids, hostKey } = await makeRoom('Saved, as "it" is?')
  await pollcast.vote(ids[0] as string, 0)
  const host = await openHost(link)
  const addresses: string[] = []
  host.on('request', (request) => addresses.push(request.url()))
  await host.getByTestId('results').click()
  const files = await panel(host, 'export')
  const save = async (name: string, nth = 0) => {
    const button = files.getByRole('button', { name }).nth(nth)
    const [saved] = await Promise.all([host.waitForEvent('download'), button.click()])
    return { name: saved.suggestedFilename(), bytes: await readFile(await saved.path()) }
  }
  expect((await save('results.csv')).bytes.toString()).toContain('Yes,1,1')
  expect((await save('results.csv', 1)).bytes.toString()).toContain('Yes,1,1')
  expect(JSON.parse((await save('results.json')).bytes.toString())).toMatchObject({ poll: { id: ids[0] } })
  expect((await save('ballots.csv')).bytes.toString()).toContain('Yes')
  expect((await save('chart.svg')).bytes.toString()).toContain('<svg')
  const png = await save('chart.png')
  expect(png.name).toMatch(/\.png$/)
  expect(png.bytes.subarray(1, 4).toString()).toBe('PNG')
  expect(png.bytes.readUInt32BE(16)).toBe(1600)
  expect(addresses.filter((address) => address.includes(hostKey))).toEqual([])
})

test('on a phone the page is a remote: the actions are large, at the bottom, and never out of reach', async () => {
  const { link } = await makeRoom('Remote?', 'Next?')
  const viewport = { width: 390, height: 844 }
  const host = await openHost(link, { viewport, hasTouch: true, isMobile: true })
  for (const action of ['results', 'close', 'next']) {
    const box = await host.getByTestId(action).boundingBox()
    expect(box?.height).toBeGreaterThanOrEqual(60)
    expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThanOrEqual(viewport.height)
    expect(box?.y).toBeGreaterThan(viewport.height * 0.8)
  }
  expect(await host.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBe(0)
  await host.getByTestId('next').tap()
  await question(host, 'Next?')
  expect(await tabled(host)).toEqual([0, 0])
  await host.getByTestId('undo').tap()
  await question(host, 'Remote?')
})

test('what was done is in the log, and the number of those who watch is live', async () => {
  const { link, voterPage } = await makeRoom('Logged?')
  const host = await openHost(link)
  await expect.poll(() => host.getByTestId('stat-watching').textContent()).toBe('1')
  const voter = await openTab(await newVoter(), voterPage)
  await isLive(voter)
  await expect.poll(() => host.getByTestId('stat-watching').textContent()).toBe('2')
  await host.getByTestId('close').click()
  await isOpen(host, 'closed')
  const log = await panel(host, 'log')
  await expect.poll(() => log.getByTestId('log').locator('b').allTextContents()).toEqual(['Closed', 'Created'])
  const title = (await panel(host, 'room')).locator('input[name=title]')
  await title.fill('Offsite')
  await title.press('Enter')
  await voter.getByText('Offsite').waitFor()
})

test('what the server refuses or does not hear is said in sight, and nothing is lost', async () => {
  const { link } = await makeRoom('Refused?')
  const host = await openHost(link, { viewport: { width: 1366, height: 700 } })
  await host.getByTestId('add-question').click()
  const editor = host.getByTestId('poll-editor')
  await editor.locator('textarea').fill('Kept?')
  await editor.getByPlaceholder('Choice 1').fill('Yes')
  await editor.getByPlaceholder('Choice 2').fill('No')
  await host.context().route('**/api/polls', (route) => route.abort())
  await editor.locator('[type=submit]').click()
  await editor.getByText("Can't reach the server.").waitFor()
  expect(await editor.locator('textarea').inputValue()).toBe('Kept?')
  await host.context().unroute('**/api/polls')
  await editor.locator('[type=submit]').click()
  await roomPoll(host, 'Kept?').waitFor()

  await host.context().route('**/api/polls/*', (route) => route.abort())
  const settings = await panel(host, 'settings')
  await settings.locator('input[name=listed]').click()
  const notice = host.getByTestId('problem')
  await notice.getByText("Can't reach the server.").waitFor()
  expect((await notice.boundingBox())?.y).toBeGreaterThanOrEqual(0)
  await expect.poll(() => settings.locator('input[name=listed]').isChecked()).toBe(false)
  await notice.getByRole('button', { name: 'Dismiss' }).click()
  await expect.poll(() => notice.count()).toBe(0)
})

test('codes whose answer was lost are not made twice when the host asks again', async () => {
  const { link } = await makeRoom('Lost?')
  const host = await openHost(link)
  let isLost = false
  await host.context().route('**/codes', async (route) => {
    if (isLost || route.request().method() !== 'POST') return route.continue()
    isLost = true
    // It reaches the server, and its answer nobody.
    await route.fetch()
    await route.abort()
  })
  const codes = await panel(host, 'codes')
  await codes.locator('input[name=count]').fill('5')
  await codes.locator('[type=submit]').click()
  await host.getByTestId('problem').getByText("Can't reach the server.").waitFor()
  await codes.locator('[type=submit]').click()
  await host.getByTestId('issued').getByText('5 new codes.').waitFor()
  await expect.poll(() => codes.getByTestId('codes-issued').textContent()).toBe('5')
  // Asked for once more, they are others.
  await codes.locator('[type=submit]').click()
  await expect.poll(() => codes.getByTestId('codes-issued').textContent()).toBe('10')
})

test('between two questions the next one is under the same key, also after a reload', async () => {
  const { link } = await makeRoom('One?', 'Two?')
  const host = await openHost(link)
  await host.getByTestId('pause').click()
  await host.getByRole('heading', { name: 'Nothing is on' }).waitFor()
  await host.reload()
  await host.getByRole('heading', { name: 'Nothing is on' }).waitFor()
  await host.keyboard.press('n')
  await question(host, 'Two?')
})

test('there is HTML that embeds the room or the question, and a link for OBS; the link that others can’t open is said once', async () => {
  const { link, code, ids } = await makeRoom('Embedded?')
  const host = await openHost(link)
  const embeds = await panel(host, 'embed')
  const values = await embeds
    .getByTestId('share-link')
    .evaluateAll((fields) => (fields as HTMLInputElement[]).map(({ value }) => value))
  expect(values).toEqual([
    expect.stringContaining(`<iframe src="${pollcast.url}${routes.roomEmbed(code)}"`),
    expect.stringContaining(`<iframe src="${pollcast.url}${routes.pollEmbed(ids[0] ?? '')}"`),
    `${pollcast.url}${routes.roomEmbed(code)}?transparent`,
  ])
  expect(await host.getByTestId('local-link').count()).toBe(1)
})
