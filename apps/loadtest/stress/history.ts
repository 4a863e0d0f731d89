import { hashCode, type VoterRef } from '@pollcast/api/polls/ballot-id'
import { type Snapshot, snapshotSchema } from '@pollcast/shared/poll'
import * as z from 'zod'
import { Failures } from '../processes/failures.ts'

/** A snapshot in whatever comes with it. */
const seenSchema = z.object(snapshotSchema.shape)

/** A voter: the vote that was acknowledged last, and the one after it that was not answered, if any. */
export interface VoterRecord {
  readonly pollId: string
  /** The one-time code that they vote with. */
  readonly code: string | undefined
  /** Whose ballot theirs is: of a browser, known from the first acknowledged vote on. */
  as: VoterRef | undefined
  acknowledged: number | undefined
  unanswered: number | undefined
  acknowledgements: number
  revision: number
}

/** All that clients received in a run, and what was wrong with it. */
export class History {
  readonly failures = new Failures()
  readonly voters: VoterRecord[] = []
  /** Polls of which a host starts rounds, and closes, opens, reveals and hides them. */
  readonly hosted = new Set<string>()
  /** Those of them whose results are never to be seen by the public. */
  readonly hidden = new Set<string>()
  /** The content of each public revision of each poll: the total, then the votes of each choice. */
  readonly seen = new Map<string, Map<number, string>>()
  acknowledged = 0
  unanswered = 0
  frames = 0
  reconnections = 0
  /** How often a stream that reconnected was first shown an older revision than before. */
  wentBack = 0

  newVoter(pollId: string, code?: string): VoterRecord {
    const voter = {
      pollId,
      code,
      as: code === undefined ? undefined : { codeHash: hashCode(code) ?? '' },
      acknowledged: undefined,
      unanswered: undefined,
      acknowledgements: 0,
      revision: -1,
    }
    this.voters.push(voter)
    return voter
  }

  /** A vote was answered with 201 and this body. */
  voteAcknowledged(voter: VoterRecord, choiceId: number, body: unknown, cookie: string | undefined): void {
    this.acknowledged += 1
    voter.acknowledged = choiceId
    voter.acknowledgements += 1
    const voterId = /(?:^|=)([\w-]+)\./.exec(cookie ?? '')?.[1]
    if (voterId !== undefined && voter.code === undefined) voter.as = { voterId }
    if (voter.as === undefined) this.failures.note('a first vote was acknowledged without a cookie')
    const snapshot = this.read(body, 'an acknowledgement')
    if (!snapshot) return
    // A view that hides results does not move with a vote that is changed.
    if (snapshot.revision < voter.revision + (this.hosted.has(snapshot.pollId) ? 0 : 1)) {
      this.failures.note(
        `a voter's vote on ${voter.pollId} was acknowledged at ${at(snapshot)}, after ${voter.revision}`,
      )
    }
    voter.revision = snapshot.revision
  }

  /** A vote that may be counted or not. It is the voter's last one. */
  voteUnanswered(voter: VoterRecord, choiceId: number): void {
    this.unanswered += 1
    voter.unanswered = choiceId
  }

  /** Checks a snapshot that a client was sent. Undefined if it is not a valid one. */
  read(body: unknown, where: string): Snapshot | undefined {
    const { data: snapshot, error } = seenSchema.safeParse(body)
    if (!snapshot) return void this.failures.note(`${where} that is not a snapshot: ${error.message}`)
    const { pollId, totalVotes, choices } = snapshot
    const sum = choices.reduce((votes, choice) => votes + (choice.votes ?? 0), 0)
    if (sum !== (totalVotes ?? 0)) this.failures.note(`${where}: votes add up to ${sum} at ${at(snapshot)}`)
    const isHidden = totalVotes === null && choices.every(({ votes }) => votes === null)
    if (this.hidden.has(pollId) && !isHidden) this.failures.note(`${where} shows the hidden results of ${pollId}`)
    this.#compare(snapshot, where)
    return snapshot
  }

  #compare({ pollId, revision, round, status, voters, totalVotes, choices }: Snapshot, where: string): void {
    const revisions = this.seen.get(pollId) ?? new Map()
    this.seen.set(pollId, revisions)
    const counts = [totalVotes, ...choices.map(({ votes }) => votes)]
    const content = [...counts, ...(this.hosted.has(pollId) ? [round, status, voters] : [])].join()
    const before = revisions.get(revision)
    if (before === undefined) revisions.set(revision, content)
    else if (before !== content) {
      this.failures.note(`${where}: revision ${revision} of ${pollId} has two contents, ${before} and ${content}`)
    }
  }
}

const at = ({ pollId, revision, totalVotes }: Snapshot) => `revision ${revision} of ${pollId}, ${totalVotes} votes`
