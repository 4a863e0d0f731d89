import type { Poll, Snapshot } from '@pollcast/shared/poll'
import { afterEach, expect, test, vi } from 'vitest'
import { createSSRApp } from 'vue'
import { renderToString } from 'vue/server-renderer'
import { hidden, pollOf, snapshot } from '../../../test/snapshot.ts'
import type { PollStatus } from '../kind.ts'
import BallotForm from './BallotForm.vue'

afterEach(() => vi.unstubAllGlobals())

interface Shown {
  counts: Snapshot
  status?: PollStatus
  resultsVisibility?: Poll['resultsVisibility']
  counted?: number[]
  answer?: number[]
  minChoices?: number
  maxChoices?: number
}

/** The form's text, as a page shows it. */
async function textOf({ counts, status = 'open', resultsVisibility, counted = [], answer = counted, ...rest }: Shown) {
  vi.stubGlobal('window', new EventTarget())
  vi.stubGlobal('document', Object.assign(new EventTarget(), { dir: '' }))
  const poll = pollOf(counts, { ...(resultsVisibility && { resultsVisibility }), ...rest })
  const canVote = status === 'open'
  const props = { poll, status, snapshot: counts, answer, counted, canVote, onVote: () => {} }
  const html = await renderToString(createSSRApp(BallotForm, props))
  return html
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
}

const hiddenCounts = hidden(snapshot(3, 4, 3))

test('hidden results have no numbers, and the form says until when they are hidden', async () => {
  const texts = await Promise.all(
    (['after-vote', 'after-close', 'host'] as const).map((resultsVisibility) =>
      textOf({ counts: hiddenCounts, resultsVisibility }),
    ),
  )
  expect(texts).toEqual([
    'Choose one. Results are hidden until you vote. Choice 1 Choice 2 Tap a choice to vote.',
    'Choose one. Results are hidden until the poll closes. Choice 1 Choice 2 Tap a choice to vote.',
    'Choose one. Results are hidden until the host shows them. Choice 1 Choice 2 Tap a choice to vote.',
  ])
})

test('a closed poll has its final results, unless they stay hidden', async () => {
  expect(await textOf({ counts: snapshot(3, 3, 1), status: 'closed' })).toMatch(/^Closed\. Final results\. .*75%/)
  expect(await textOf({ counts: hiddenCounts, status: 'closed', resultsVisibility: 'host' })).toMatch(
    /^Closed\. Results are hidden until the host shows them\. Choice 1 Choice 2$/,
  )
})

test('a vote is in once the server has counted it, and not before', async () => {
  const counts = snapshot(3, 3, 1)
  expect(await textOf({ counts })).toMatch(/Tap a choice to vote\.$/)
  expect(await textOf({ counts, answer: [2] })).toMatch(/Sending your vote…$/)
  expect(await textOf({ counts, counted: [2] })).toMatch(/Your vote is in\. Tap another choice to change it\.$/)
})

test('where several may be chosen the form says how many', async () => {
  expect(await textOf({ counts: snapshot(3, 3, 1, 2), maxChoices: 3 })).toMatch(/^Choose up to 3\. .*0 of 3 selected$/)
})
