import { routes } from '@pollcast/shared/routes'
import { expect, test } from 'vitest'
import { openApp } from '../../../testing/app.ts'
import { get, RawConnection } from '../../../testing/raw-connection.ts'
import { until } from '../../../testing/until.ts'
import { createPollOf, Voter } from '../../../testing/voter.ts'

const STREAMS = 500

test('500 streams get a reveal and a move of the room in one event each, with all there is to show', async () => {
  const { url, port } = await openApp()
  const first = await createPollOf(url, { resultsVisibility: 'host' })
  const { code } = first.room
  const asHost = { headers: { Authorization: `Bearer ${first.hostKey}`, 'Content-Type': 'application/json' } }
  const second = await createPollOf(url, { question: 'And then?', roomCode: code }, first.hostKey)
  await new Voter(url).vote(first.poll.id, first.poll.choices[0]?.id ?? 0)

  const streams = await Promise.all(Array.from({ length: STREAMS }, () => RawConnection.open(port)))
  for (const stream of streams) stream.send(get(routes.roomStream(code)))
  const all = (what: (text: string) => boolean) => until(() => streams.every(({ text }) => what(text)))
  await all((text) => text.includes('event: room'))
  for (const { text } of streams) expect(text).not.toContain('"resultsHidden":false')

  await fetch(url + routes.poll(first.poll.id), {
    ...asHost,
    method: 'PATCH',
    body: JSON.stringify({ resultsVisibility: 'always' }),
  })
  await all((text) => text.includes('"resultsHidden":false'))
  await fetch(url + routes.room(code), {
    ...asHost,
    method: 'PATCH',
    body: JSON.stringify({ currentPollId: second.poll.id }),
  })
  await all((text) => text.includes('And then?'))

  for (const { text } of streams) {
    // The first, the reveal, and the move.
    expect(text.match(/^event: room$/gm)).toHaveLength(3)
    expect(text).toContain(`"currentPollId":"${second.poll.id}"`)
  }
})
