import type { Poll, PollSummary, Snapshot } from '@pollcast/shared/poll'
import { routes } from '@pollcast/shared/routes'
import { kindOf } from './kinds/index.ts'
import type { PollState } from './state.ts'

/*
 * What leaves Pollcast of a poll.
 *
 * 9. What a viewer may not see does not leave the process: not in JSON, page, list, stream, response, id or size. Each
 *    view names every field that it shows; what is added to the state is seen by nobody until a view shows it.
 *    (polls/views.test.ts)
 */

/** What a chart needs: the data of a stream's events, and the answer to a vote. */
export function snapshotOf(poll: PollState): Snapshot {
  const { choices } = kindOf(poll).show(poll.content, poll.counters)
  return { pollId: poll.id, revision: poll.revision, status: poll.status, totalVotes: poll.voters, choices }
}

const texts = new WeakMap<PollState, string>()

/** The snapshot as JSON, made once for each state: the answers to votes, the cache and the frame are the same text. */
export function snapshotJson(poll: PollState): string {
  let text = texts.get(poll)
  if (text === undefined) {
    text = JSON.stringify(snapshotOf(poll))
    texts.set(poll, text)
  }
  return text
}

/** The poll as one voter sees it. @param answer what is on their ballot in this round, if they have one */
export function pollOf(poll: PollState, answer?: unknown): Poll {
  const kind = kindOf(poll)
  const { choices, maxChoices } = kind.show(poll.content, poll.counters)
  const { ownChoiceIds } = kind.showOwn(answer)
  return {
    id: poll.id,
    question: poll.question,
    status: poll.status,
    revision: poll.revision,
    totalVotes: poll.voters,
    maxChoices,
    choices,
    ownChoiceIds,
    createdAt: poll.createdAt,
    streamUrl: routes.stream(poll.id),
  }
}

/** The poll in a list. */
export function summaryOf(poll: PollState): PollSummary {
  return {
    id: poll.id,
    question: poll.question,
    status: poll.status,
    choiceCount: kindOf(poll).show(poll.content, poll.counters).choices.length,
    totalVotes: poll.voters,
    createdAt: poll.createdAt,
  }
}
