import { ballotIdOf } from '@pollcast/api/polls/ballot-id'
import type { StoredPoll } from './backend.ts'
import type { History, VoterRecord } from './history.ts'

/**
 * Compares the ballots and counters in the database with what voters were answered, and notes what is wrong.
 *
 * @param serverKey by which voters' ballots are found
 * @returns how many of the unanswered votes are counted
 */
export function judge(history: History, stored: readonly StoredPoll[], serverKey: string): number {
  let counted = 0
  for (const poll of stored) {
    const voters = history.voters.filter(({ pollId }) => pollId === poll.id)
    const landed = judgeBallots(history, poll, voters, serverKey)
    judgeCounters(history, poll, voters, landed)
    judgeGrowth(history, poll)
    counted += landed
  }
  return counted
}

/** Returns how many unanswered votes are counted. */
function judgeBallots(
  { failures }: History,
  poll: StoredPoll,
  voters: readonly VoterRecord[],
  serverKey: string,
): number {
  const ballots = new Map(poll.ballots.map(({ ballotId, choiceIds }) => [ballotId, choiceIds]))
  let landed = 0
  for (const { as, acknowledged, unanswered } of voters) {
    if (as === undefined) continue
    const ballotId = ballotIdOf(serverKey, poll.id, as)
    const [choice, ...more] = ballots.get(ballotId) ?? []
    ballots.delete(ballotId)
    if (choice === undefined) {
      if (acknowledged === undefined) continue
      failures.note(`an acknowledged vote on ${poll.id} is lost: its voter has no ballot`)
    } else if (more.length > 0) failures.note(`a ballot on ${poll.id} has more choices than its voter made`)
    else if (choice === unanswered) landed += 1
    else if (choice !== acknowledged)
      failures.note(`an acknowledged vote on ${poll.id} is lost: its ballot is on another choice`)
  }
  // Those that are left must be first votes that were not answered: nobody knows the ids of their voters.
  const firstVotes = voters.flatMap(({ as, unanswered }) => (as === undefined && unanswered ? [unanswered] : []))
  for (const [choice] of ballots.values()) {
    const index = firstVotes.indexOf(choice ?? 0)
    if (index < 0) failures.note(`a ballot on ${poll.id} is of a vote that nobody cast`)
    else firstVotes.splice(index, 1)
    landed += 1
  }
  return landed
}

function judgeCounters({ failures }: History, poll: StoredPoll, voters: readonly VoterRecord[], landed: number): void {
  const counted = poll.choices.map(({ id }) => poll.ballots.filter(({ choiceIds }) => choiceIds.includes(id)).length)
  if (poll.totalVotes !== poll.ballots.length) {
    failures.note(`${poll.id} says ${poll.totalVotes} votes, and there are ${poll.ballots.length} ballots`)
  }
  if (poll.choices.some(({ votes }, index) => votes !== counted[index])) {
    failures.note(`${poll.id} says ${poll.choices.map(({ votes }) => votes)} votes, and its ballots ${counted}`)
  }
  // Each voter's votes alternate between choices, so that each vote that counts is one revision.
  const votes = voters.reduce((sum, { acknowledgements }) => sum + acknowledgements, landed)
  if (poll.revision !== votes) failures.note(`${poll.id} is at revision ${poll.revision} after ${votes} votes`)
}

/** From revision to revision, as anyone saw them, each adds one vote at most and none takes one away. */
function judgeGrowth({ failures, seen }: History, poll: StoredPoll): void {
  let before = { revision: 0, totalVotes: 0 }
  const revisions = [...(seen.get(poll.id) ?? [])].sort(([a], [b]) => a - b)
  for (const [revision, content] of revisions) {
    const totalVotes = Number.parseInt(content, 10)
    const added = totalVotes - before.totalVotes
    if (added < 0 || added > revision - before.revision) {
      failures.note(
        `${poll.id} had ${before.totalVotes} votes at revision ${before.revision}, ${totalVotes} at ${revision}`,
      )
    }
    before = { revision, totalVotes }
  }
  if (before.revision > poll.revision) {
    failures.note(`revision ${before.revision} of ${poll.id} was shown, and the database is at ${poll.revision}`)
  }
}
