import { pollSchema, pollSummarySchema, sharedPollSchema, snapshotSchema, votedSchema } from '@pollcast/shared/poll'
import { resultsSchema, roomResultsSchema } from '@pollcast/shared/results'
import { roomEventSchema, roomSchema } from '@pollcast/shared/room'
import { roundsSchema } from '@pollcast/shared/rounds'
import { expect, test } from 'vitest'
import { pollAt } from '../../testing/poll-states.ts'
import { type PollHistory, resultsOf, resultTableOf, roomResultsOf, roundsWithMoves } from './exports.ts'
import { pollOf, roomEventJson, roomOf, snapshotJson, summaryOf, votedJson } from './views.ts'

/** A state with more in it than any view shows. */
const stated = pollAt(7)
const room = { ...stated.room, secret: 'secret' }
const poll = {
  ...stated,
  room,
  secret: 'secret',
  content: {
    choices: [{ id: 1, text: 'Tabs', secret: 'secret' }],
    minChoices: 1,
    maxChoices: 1,
    secret: 'secret',
  },
  counters: { 1: 7, secret: 1 },
}
const now = '2026-11-25T12:00:00.000Z'
const { voteMode } = poll
const past = {
  round: 1,
  question: 'Tabs?',
  content: poll.content,
  voteMode,
  voters: 3,
  counters: { 1: 3 },
  endedAt: now,
}
const ballot = { answer: [1], receipt: 'receipt', ballotId: 'secret' }

/** As who sends it does. */
const stamped = (json: string) => JSON.parse(json.replaceAll('"now":null', `"now":"${now}"`))

test.each(['public', 'voted', 'host'] as const)(
  'what the view `%s` shows has the fields of its schema, whatever else the state holds',
  (view) => {
    const history: PollHistory = { poll: { ...poll, round: 2 }, past: [past], view }
    const content = { room, current: poll, polls: [poll] }
    const host = { watching: 1, log: [] }
    for (const [shown, schema] of [
      [stamped(snapshotJson(poll, view)), snapshotSchema],
      [stamped(snapshotJson({ ...poll, isEdited: true }, view)), snapshotSchema],
      [stamped(votedJson(poll, ballot)), votedSchema],
      [pollOf(poll, view, '', ballot), pollSchema],
      [summaryOf(poll), pollSummarySchema],
      [stamped(roomEventJson(content, view, '')), roomEventSchema],
      [stamped(roomEventJson(content, view, '')).poll, sharedPollSchema],
      [
        roomOf(
          content,
          pollOf(poll, view, '', ballot),
          { joinUrl: '/r/472915', streamUrl: '/api/rooms/472915/stream' },
          host,
        ),
        roomSchema,
      ],
      [resultsOf(history, []), resultsSchema],
      [roomResultsOf(room, [history], []), roomResultsSchema],
      [roundsWithMoves(history, new Map()), roundsSchema],
    ] as const) {
      expect(schema.parse(shown)).toEqual(shown)
      expect(JSON.stringify(shown)).not.toContain('secret')
    }
    expect(JSON.stringify(resultTableOf([history]))).not.toContain('secret')
  },
)

test('where results are hidden, a view shows how many voted and nothing of what for', () => {
  const hidden = { ...poll, resultsVisibility: 'host' as const, counters: { 1: 9_731 }, voters: 9_731 }
  for (const view of ['public', 'voted'] as const) {
    const shown = stamped(snapshotJson(hidden, view))
    expect(shown).toMatchObject({ resultsHidden: true, voters: 9_731, totalVotes: null, choices: [{ votes: null }] })
    const history = { poll: hidden, past: [], view }
    expect(resultsOf(history).rounds[0]?.choices).toEqual([{ id: 1, text: 'Tabs', votes: null, share: null }])
    expect(resultTableOf([history]).rows[0]?.slice(6, 8)).toEqual([null, null])
  }
  expect(stamped(snapshotJson(hidden, 'host')).choices).toEqual([{ id: 1, text: 'Tabs', votes: 9_731 }])
})

test('a state is made JSON once for each view', () => {
  const sent = snapshotJson(poll, 'public')
  expect(snapshotJson(poll, 'public')).toBe(sent)
  expect(JSON.parse(sent).choices).toEqual([{ id: 1, text: 'Tabs', votes: 7 }])
})
