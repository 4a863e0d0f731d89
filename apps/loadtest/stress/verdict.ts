import type { History, Witness } from './history.ts'
import type { StoredPoll } from './stored-polls.ts'

/**
 * Holds the ballots and counters in the database against what voters were told, and notes what is wrong. Answers how
 * many of the votes of which nothing was heard are counted.
 */
export function judge(history: History, stored: readonly StoredPoll[]): number {
  let counted = 0
  for (const poll of stored) {
    const witnesses = history.witnesses.filter(({ pollId }) => pollId === poll.id)
    const landed = judgeBallots(history, poll, witnesses)
    judgeCounters(history, poll, witnesses, landed)
    judgeGrowth(history, poll)
    counted += landed
  }
  return counted
}

/** Answers how many unheard votes are counted. */
function judgeBallots({ faults }: History, poll: StoredPoll, witnesses: readonly Witness[]): number {
  const held = new Map(poll.ballots.map(({ voterId, choiceIds }) => [voterId, choiceIds]))
  let landed = 0
  for (const { id, acknowledged, unheard } of witnesses) {
    if (id === undefined) continue
    const [choice, ...more] = held.get(id) ?? []
    held.delete(id)
    if (choice === undefined) faults.note(`an acknowledged vote on ${poll.id} is lost: there is no ballot of its voter`)
    else if (more.length > 0) faults.note(`a ballot on ${poll.id} has more choices than its voter made`)
    else if (choice === unheard) landed += 1
    else if (choice !== acknowledged)
      faults.note(`an acknowledged vote on ${poll.id} is lost: its ballot is on another choice`)
  }
  // What is left are first votes of which nothing was heard, so that nobody knows their voters.
  const unheardFirst = witnesses.flatMap(({ id, unheard }) => (id === undefined && unheard ? [unheard] : []))
  for (const [choice] of held.values()) {
    const index = unheardFirst.indexOf(choice ?? 0)
    if (index < 0) faults.note(`a ballot on ${poll.id} is of a vote that nobody cast`)
    else unheardFirst.splice(index, 1)
    landed += 1
  }
  return landed
}

function judgeCounters({ faults }: History, poll: StoredPoll, witnesses: readonly Witness[], landed: number): void {
  const counted = poll.choices.map(({ id }) => poll.ballots.filter(({ choiceIds }) => choiceIds.includes(id)).length)
  if (poll.totalVotes !== poll.ballots.length) {
    faults.note(`${poll.id} says ${poll.totalVotes} votes, and there are ${poll.ballots.length} ballots`)
  }
  if (poll.choices.some(({ votes }, index) => votes !== counted[index])) {
    faults.note(`${poll.id} says ${poll.choices.map(({ votes }) => votes)} votes, and its ballots ${counted}`)
  }
  // Every vote was for another choice than the one before it, so each that counts is one revision.
  const votes = witnesses.reduce((sum, { acknowledgements }) => sum + acknowledgements, landed)
  if (poll.revision !== votes) faults.note(`${poll.id} is at revision ${poll.revision} after ${votes} votes`)
}

/** Whatever was seen of a poll by anyone, on any node: from revision to revision votes are added, one each at most. */
function judgeGrowth({ faults, seen }: History, poll: StoredPoll): void {
  let before = { revision: 0, totalVotes: 0 }
  const revisions = [...(seen.get(poll.id) ?? [])].sort(([a], [b]) => a - b)
  for (const [revision, content] of revisions) {
    const totalVotes = Number.parseInt(content, 10)
    const added = totalVotes - before.totalVotes
    if (added < 0 || added > revision - before.revision) {
      faults.note(
        `${poll.id} had ${before.totalVotes} votes at revision ${before.revision}, ${totalVotes} at ${revision}`,
      )
    }
    before = { revision, totalVotes }
  }
  if (before.revision > poll.revision) {
    faults.note(`revision ${before.revision} of ${poll.id} was shown, and the database is at ${poll.revision}`)
  }
}
