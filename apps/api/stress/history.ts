import { type Snapshot, snapshotSchema } from '@pollcast/shared/poll'
import { Faults } from '../bench/faults.ts'

/** A voter, with the vote that was acknowledged last and the one, if any, of which nothing was heard. */
export interface Witness {
  readonly pollId: string
  /** Known from the first acknowledged vote on. */
  id: string | undefined
  acknowledged: number | undefined
  unheard: number | undefined
  acknowledgements: number
  revision: number
}

/** All that clients were told in a run, and what was wrong with it the moment they were. */
export class History {
  readonly faults = new Faults()
  readonly witnesses: Witness[] = []
  /** What each revision of each poll was seen to be: all votes, then those of each choice. */
  readonly seen = new Map<string, Map<number, string>>()
  acknowledged = 0
  unheard = 0
  frames = 0
  reconnections = 0
  /** How often a stream that came back was first shown an older revision than it had been shown before. */
  wentBack = 0

  newVoter(pollId: string): Witness {
    const witness = {
      pollId,
      id: undefined,
      acknowledged: undefined,
      unheard: undefined,
      acknowledgements: 0,
      revision: -1,
    }
    this.witnesses.push(witness)
    return witness
  }

  /** A vote that was answered with 201 and this body. */
  heard(witness: Witness, choiceId: number, body: unknown, cookie: string | undefined): void {
    this.acknowledged += 1
    witness.acknowledged = choiceId
    witness.acknowledgements += 1
    if (cookie !== undefined) witness.id = /(?:^|=)([\w-]+)\./.exec(cookie)?.[1]
    if (witness.id === undefined) this.faults.note('a first vote was acknowledged without a cookie')
    const snapshot = this.read(body, 'an acknowledgement')
    if (!snapshot) return
    if (snapshot.revision <= witness.revision) {
      this.faults.note(
        `a voter's vote on ${witness.pollId} was acknowledged at ${at(snapshot)}, after ${witness.revision}`,
      )
    }
    witness.revision = snapshot.revision
  }

  /** A vote that may have been counted, or may not: the voter's last one. */
  notHeard(witness: Witness, choiceId: number): void {
    this.unheard += 1
    witness.unheard = choiceId
  }

  /** Reads a snapshot that a client was given. Undefined where it is none. */
  read(body: unknown, where: string): Snapshot | undefined {
    const { data: snapshot, error } = snapshotSchema.safeParse(body)
    if (!snapshot) return void this.faults.note(`${where} that is no snapshot: ${error.message}`)
    const sum = snapshot.choices.reduce((votes, choice) => votes + choice.votes, 0)
    if (sum !== snapshot.totalVotes) this.faults.note(`${where}: votes add up to ${sum} at ${at(snapshot)}`)
    this.#compare(snapshot, where)
    return snapshot
  }

  #compare({ pollId, revision, totalVotes, choices }: Snapshot, where: string): void {
    const revisions = this.seen.get(pollId) ?? new Map()
    this.seen.set(pollId, revisions)
    const content = [totalVotes, ...choices.map(({ votes }) => votes)].join()
    const before = revisions.get(revision)
    if (before === undefined) revisions.set(revision, content)
    else if (before !== content) {
      this.faults.note(`${where}: revision ${revision} of ${pollId} has two contents, ${before} and ${content}`)
    }
  }
}

const at = ({ pollId, revision, totalVotes }: Snapshot) => `revision ${revision} of ${pollId}, ${totalVotes} votes`
