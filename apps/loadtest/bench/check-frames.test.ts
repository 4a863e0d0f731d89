import { expect, test } from 'vitest'
import { frameFailure } from './check-frames.ts'

const at = (revision: number) => ({
  pollId: 'abcdefgh',
  view: 'public',
  round: 1,
  revision,
  status: 'open',
  voters: revision,
  totalVotes: revision,
  choices: [{ id: 1, text: 'Tée', votes: revision }],
  closesAt: null,
  now: '2026-11-26T12:00:00.000Z',
  resultsHidden: false,
})
const frame = (revision: number, data: unknown = at(revision)) =>
  `event: update\nid: epoch.abcdefgh.public.${revision}.mac\ndata: ${JSON.stringify(data)}\n\n`

test('frames that are whole, newer each, and end on the last snapshot have no failure', () => {
  expect(frameFailure(frame(7), at(7))).toBeUndefined()
  expect(frameFailure(`${frame(5)}: keepalive\n\n${frame(7)}`, at(7))).toBeUndefined()
})

test('frames in HTTP chunks have no failure either, however they are cut', () => {
  const text = frame(5) + frame(7)
  for (let cut = 1; cut < text.length; cut += 1) {
    const chunks = [text.slice(0, cut), text.slice(cut)].map((part) => `${part.length.toString(16)}\r\n${part}\r\n`)
    expect(frameFailure(chunks.join(''), at(7)), `cut at ${cut}`).toBeUndefined()
  }
})

test.each([
  ['nothing came', ''],
  ['the last frame is cut off', frame(7).slice(0, -1)],
  ['the last frame is an older one', frame(6)],
  ['a revision comes twice', frame(7) + frame(7)],
  ['a revision goes back', frame(8, at(8)) + frame(7)],
  ['the id is not the revision', frame(7).replace('public.7', 'public.8')],
  ['the event is not an update', frame(7).replace('update', 'snapshot')],
  ['the data is no snapshot', frame(7, { totalVotes: 7 })],
  ['the data is no JSON', 'event: update\nid: 7\ndata: {"totalVotes":7\n\n'],
  ['the counts are others', frame(7, { ...at(7), totalVotes: 6 })],
])('it is a failure that %s', (_, text) => {
  expect(frameFailure(text, at(7))).toBeTypeOf('string')
})
