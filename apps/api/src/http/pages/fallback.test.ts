import { createdPollSchema } from '@pollcast/shared/room'
import { routes } from '@pollcast/shared/routes'
import { expect, test } from 'vitest'
import { readAs, readProblem } from '../../../testing/answer.ts'
import { openApp } from '../../../testing/app.ts'
import { query } from '../../../testing/database.ts'
import { createPoll, createPollOf, form, json, patch, Voter } from '../../../testing/voter.ts'
import { webBuild } from '../../../testing/web-build.ts'

const ACCEPT = 'text/html,application/xhtml+xml,*/*;q=0.8'

const setUp = async (choices?: string[], maxChoices?: number) => {
  const app = await openApp({ webRoot: webBuild() })
  const { poll } = await createPoll(app.url, choices, maxChoices)
  const voter = new Voter(app.url)
  /** The fallback of the page at a path. */
  const visit = async (path: string) => {
    const html = await (await voter.ask(path, { headers: { Accept: ACCEPT } })).text()
    return /<div [^>]*id="fallback".*<\/div>/s.exec(html)?.[0] ?? ''
  }
  /** Sends a form as a browser does. */
  const submit = (fields: string) => {
    const { headers, ...init } = form(fields)
    return voter.ask(routes.votes(poll.id), { ...init, headers: { ...headers, Accept: ACCEPT } })
  }
  return { ...app, poll, ids: poll.choices.map(({ id }) => id), voter, visit, submit }
}

const inputs = (html: string) => html.match(/<input[^>]*>/g) ?? []

test('the page of a poll has a form to vote, with its choices, their votes and the voter’s own ballot', async () => {
  const { poll, ids, voter, url, visit } = await setUp()
  await new Voter(url).vote(poll.id, ids[0] as number)
  await voter.vote(poll.id, ids[1] as number)
  const page = await visit(routes.pollPage(poll.id))
  expect(page).toContain(`<form method="post" action="${routes.votes(poll.id)}"`)
  expect(page).toContain('<strong>2 voters</strong>')
  expect(inputs(page)).toEqual([
    `<input type="radio" required name="choice" value="${ids[0]}">`,
    `<input type="radio" required name="choice" value="${ids[1]}" checked>`,
  ])
  expect(page.match(/<span class="numbers">[^<]*/g)).toEqual(Array(2).fill('<span class="numbers">1 vote'))
  expect(page.match(/<rect width="[^"]*"/g)).toEqual(Array(2).fill('<rect width="50.0%"'))
})

test.each([
  ['Results are hidden until the poll closes.', { resultsVisibility: 'after-close' }],
  ['Results are hidden until you vote.', { resultsVisibility: 'after-vote' }],
  ['Results are hidden until the host shows them.', { resultsVisibility: 'host' }],
  ['Results are hidden until 5 people have voted.', { resultsFromVoters: 5 }],
] as const)('where results are hidden the form has no numbers and says: %s', async (text, settings) => {
  const { url, visit } = await setUp()
  const { poll } = await createPollOf(url, settings)
  await new Voter(url).vote(poll.id, poll.choices[0]?.id ?? 0)
  const page = await visit(routes.pollPage(poll.id))
  expect(page).toContain(`<p>${text}</p>`)
  expect(page).not.toMatch(/class="numbers"|<rect/)
})

test('if several choices may be chosen, the form has checkboxes', async () => {
  const { poll, ids, visit } = await setUp(['a', 'b', 'c'], 2)
  const page = await visit(routes.pollPage(poll.id))
  expect(page).toContain('Choose up to 2')
  expect(inputs(page)).toEqual(ids.map((id) => `<input type="checkbox" name="choice" value="${id}">`))
})

test('a closed poll says so, and has its results and no form', async () => {
  const { poll, ids, voter, databasePath, visit } = await setUp()
  await voter.vote(poll.id, ids[1] as number)
  await query(databasePath, "UPDATE poll SET status = 'closed' WHERE id = ?", [poll.id])
  const page = await visit(routes.pollPage(poll.id))
  expect(page).toContain('Closed. Final results.')
  expect(page).toContain(
    '<bdi>Coffee</bdi> <span class="own">Your vote</span></span> <span class="numbers">1 vote</span>',
  )
  expect(page).not.toMatch(/<form|<input|<button/)
})

test('the first page links to the polls, and every other page says what it is', async () => {
  const { poll, visit } = await setUp()
  expect(await visit(routes.listPage)).toContain(`<a href="${routes.pollPage(poll.id)}">`)
  expect(await visit(routes.newPollPage)).toContain('Asking a question needs JavaScript')
  expect(await visit(routes.pollPage('zzzzzzzz'))).toContain("This poll doesn't exist or was deleted. Check the link.")
  expect(await visit('/nothing')).toContain("This page doesn't exist or was deleted. Check the link.")
})

test('the page of a deleted poll says who deleted it', async () => {
  const { url, visit } = await setUp()
  const { poll, hostKey } = await createPoll(url)
  const headers = { Authorization: `Bearer ${hostKey}` }
  expect((await fetch(url + routes.poll(poll.id), { method: 'DELETE', headers })).status).toBe(204)
  const page = await visit(routes.pollPage(poll.id))
  expect(page).toContain('<h1>Poll deleted</h1>\n<p>This poll was deleted.</p>')
  expect(page).not.toMatch(/<form|<input|<button/)
})

test('texts of a poll are escaped, and nothing needs what the content security policy refuses', async () => {
  const { url, visit } = await setUp()
  const evil = '</span></div><img src=x onerror=alert(1)>" &'
  const made = await fetch(url + routes.polls, json({ question: evil, choices: [evil, 'b'], listed: true }))
  const { poll } = await readAs(createdPollSchema, 201, made)
  for (const path of [routes.pollPage(poll.id), routes.listPage]) {
    const page = await visit(path)
    expect(page).toContain('&lt;/span&gt;&lt;/div&gt;&lt;img src=x onerror=alert(1)&gt;&quot; &amp;')
    expect(page).not.toMatch(/<img|<script|<style|<[^>]* (style|on\w+)=/)
  }
})

test('a refused form is answered with a page that says why, and links back', async () => {
  const { poll, ids, databasePath, submit } = await setUp(['a', 'b', 'c'], 2)
  const refused = async (fields: string, status: number, reason: RegExp) => {
    const answer = await submit(fields)
    expect([answer.status, answer.headers.get('Content-Type')]).toEqual([status, 'text/html; charset=utf-8'])
    const page = await answer.text()
    expect(page).toMatch(reason)
    expect(page).toContain(`<a href="${routes.pollPage(poll.id)}">Back to the poll</a>`)
    expect(page).toContain('<link rel="stylesheet" href="/assets/index-9z.css">')
    expect(answer.headers.get('Content-Security-Policy')).toMatch(/^default-src 'none'; style-src 'self'/)
  }
  await refused('', 422, /at least one choice/)
  await refused(ids.map((id) => `choice=${id}`).join('&'), 422, /2/)
  await refused('choice=%3Cb%3E', 422, /choice/)
  await query(databasePath, "UPDATE poll SET status = 'closed' WHERE id = ?", [poll.id])
  await refused(`choice=${ids[0]}`, 409, /closed/)
})

test('a program gets a problem that says why its form or its request was refused', async () => {
  const { url, poll } = await setUp()
  const { headers, ...init } = form('')
  for (const Accept of ['*/*', 'application/json', 'application/problem+json, text/html;q=0.5']) {
    const answer = await fetch(url + routes.votes(poll.id), { ...init, headers: { ...headers, Accept } })
    await readProblem('no-choice', answer)
  }
  const asJson = json({ choiceIds: [] })
  const headersOfPage = { ...asJson.headers, Accept: ACCEPT }
  await readProblem('no-choice', await fetch(url + routes.votes(poll.id), { ...asJson, headers: headersOfPage }))
  await readProblem('poll-not-found', await fetch(url + routes.poll('zzzzzzzz'), { headers: { Accept: ACCEPT } }))
})

const inLanguage = (language: string) => ({ headers: { Accept: ACCEPT, 'Accept-Language': language } })

test('a page is in the first of the reader’s languages that there is, and says which and how it runs', async () => {
  const { poll, voter, url } = await setUp()
  const visit = async (language: string, path = routes.pollPage(poll.id)) => {
    const answer = await voter.ask(path, inLanguage(language))
    expect(answer.headers.get('Vary')).toMatch(/accept-language/i)
    return answer.text()
  }
  await new Voter(url).vote(poll.id, poll.choices[0]?.id ?? 0)
  const german = await visit('de-AT,de;q=0.9,en;q=0.5')
  expect(german).toContain('<html lang="de" dir="ltr">')
  expect(german).toContain('<strong>1 Teilnehmer</strong>')
  expect(german.match(/<span class="numbers">[^<]*/g)?.map((text) => text.slice(22))).toEqual(['1 Stimme', '0 Stimmen'])
  expect(german).toContain('<button class="button">Abstimmen</button>')
  expect(german).toContain('Tea, Coffee · 1 Teilnehmer">')
  expect(await visit('ar')).toMatch(/<html lang="ar" dir="rtl">.*<button class="button">صوّت</s)
  expect(await visit('fi,de;q=0.1')).toContain('<html lang="de"')
  for (const language of ['fi', '*', 'de;q=0']) expect(await visit(language)).toContain('<html lang="en" dir="ltr">')
  expect(await visit('de', '/nothing')).toContain('<h1>Seite nicht gefunden</h1>')
})

test('a refused form is answered in the reader’s language, with what has no text in it marked as English', async () => {
  const { poll, voter } = await setUp()
  const { headers, ...init } = form('')
  const submit = async (fields: string) => {
    const sent = { ...init, body: fields, headers: { ...headers, ...inLanguage('de').headers } }
    return (await voter.ask(routes.votes(poll.id), sent)).text()
  }
  const refused = await submit('')
  expect(refused).toContain('<p class="notice">Wählen Sie mindestens eine Antwort.</p>')
  expect(refused).toContain('>Zurück zur Umfrage</a>')
  expect(await submit('choice=x')).toContain('<p class="notice" lang="en" dir="ltr">')
})

test('a room’s page has its title above the question, and both can be shown while the app loads', async () => {
  const { url } = await setUp()
  const { room, hostKey } = await createPoll(url)
  await fetch(url + routes.room(room.code), patch({ title: 'All & hands' }, hostKey))
  const visit = async (path: string) => (await fetch(url + path, { headers: { Accept: ACCEPT } })).text()
  expect(await visit(routes.roomPage(room.code))).toMatch(
    /id="fallback" data-early>.*<p class="room" dir="auto">All &amp; hands<\/p>\n<h1 /s,
  )
  for (const path of [routes.screenPage(room.code), routes.hostPage(room.code), routes.listPage]) {
    expect(await visit(path)).not.toContain('data-early')
  }
})
