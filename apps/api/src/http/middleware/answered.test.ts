import { routes } from '@pollcast/shared/routes'
import { expect, test } from 'vitest'
import { openApp } from '../../../testing/app.ts'
import { until } from '../../../testing/until.ts'
import { createPoll, json, Voter } from '../../../testing/voter.ts'

test('with LOG_LEVEL=debug each request is logged by its route, without anything that is secret in it', async () => {
  const app = await openApp({ logLevel: 'debug' })
  const { poll, hostKey } = await createPoll(app.url)
  const voter = new Voter(app.url)
  await voter.vote(poll.id, poll.choices[0]?.id ?? 0)
  await voter.ask(routes.votes(poll.id), json({ choiceIds: [999] }))
  await voter.ask('/r/472915?code=hunter2')
  await voter.ask(`${routes.polls}?cursor=hunter2`)
  const headers = { Authorization: `Bearer ${hostKey}`, 'Content-Type': 'application/json' }
  await voter.ask(routes.poll(poll.id), { method: 'PATCH', headers, body: JSON.stringify({ status: 'closed' }) })
  const logged = await until(() => {
    const requests = app.entries.filter(({ event }) => event === 'request')
    return requests.length >= 6 && requests
  })
  const took = { event: 'request', milliseconds: expect.any(Number) }
  expect(logged).toEqual([
    { ...took, method: 'POST', route: '/api/polls', status: 201 },
    { ...took, method: 'POST', route: '/api/polls/:id/votes', pollId: poll.id, status: 201 },
    { ...took, method: 'POST', route: '/api/polls/:id/votes', pollId: poll.id, status: 422, code: 'choice-not-found' },
    { ...took, method: 'GET', route: '/r/:code', status: 503, code: 'page-not-built' },
    { ...took, method: 'GET', route: '/api/polls', status: 400, code: 'malformed-cursor' },
    { ...took, method: 'PATCH', route: '/api/polls/:id', pollId: poll.id, status: 200 },
  ])
  const text = JSON.stringify(app.entries)
  for (const secret of ['hunter2', '472915', hostKey, voter.id ?? '', '127.0.0.1']) expect(text).not.toContain(secret)
})

test('without it no request is logged', async () => {
  const app = await openApp({ logLevel: 'info' })
  await createPoll(app.url)
  expect(app.entries).toEqual([])
})
