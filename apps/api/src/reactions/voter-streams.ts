import type { Audiences } from '../live/audiences.ts'
import type { Stream } from '../live/stream.ts'
import { ballotIdOf, type VoterRefs, voterIn, voterKeyOf } from '../polls/ballot-id.ts'
import type { PollChanged, Signal } from '../polls/events.ts'
import type { PollReader } from '../polls/ports.ts'
import type { PollState } from '../polls/state.ts'
import { parseTopic, pollSubject, roomSubject, topicOf, votedName } from '../polls/topics.ts'
import { rewardsVoters } from '../polls/visibility.ts'

/** A stream of a known voter on one subject. */
interface VoterStream {
  readonly stream: Stream
  readonly subject: string
  readonly voter: VoterRefs
  /** The topic that it is on. */
  topic: string
}

/** Milliseconds between two looks at who has voted, where others take the votes. */
const ANNOUNCED_MS = 1000

/** Ballots that are looked up in one query. */
const AT_ONCE = 1000

/**
 * The streams of known voters, so that those who vote see what only voters see, on all of their streams and without a
 * request: their streams are switched to the voters' topic. Where the vote was taken by another process, or a poll
 * begins to reward its voters, those present are looked up together.
 */
export class VoterStreams {
  readonly #audiences: Audiences
  readonly #reader: Pick<PollReader, 'cast' | 'find' | 'findRoom'>
  readonly #serverKey: string
  readonly #onError: (error: unknown) => void
  /** By subject and voter: by the cookie's and by the code's, as the poll that comes next may take the other. */
  readonly #streams = new Map<string, Map<string, Set<VoterStream>>>()
  /** The poll that each subject with streams shows, if it shows one. */
  readonly #known = new Map<string, PollState | undefined>()
  readonly #announced = new Set<string>()
  readonly #reading = new Map<string, Promise<PollState | undefined>>()
  /** Subjects whose voters are being looked up; with the poll to look them up for next. */
  readonly #reconciling = new Map<string, PollState | undefined>()

  constructor(
    audiences: Audiences,
    reader: Pick<PollReader, 'cast' | 'find' | 'findRoom'>,
    serverKey: string,
    onError: (error: unknown) => void,
  ) {
    this.#audiences = audiences
    this.#reader = reader
    this.#serverKey = serverKey
    this.#onError = onError
  }

  /** Follows the votes that this process takes. */
  listen(pollChanged: Signal<PollChanged>): void {
    pollChanged.listen(({ type, poll, voterKey, hasBallot }) => {
      if (type !== 'voted') return this.reconcile(poll)
      if (!rewardsVoters(poll)) return
      if (voterKey === undefined) return
      for (const subject of subjectsOf(poll)) {
        for (const one of this.#streams.get(subject)?.get(voterKey) ?? []) this.#switch(one, poll, hasBallot ?? false)
      }
    })
  }

  /** The topic that a voter's stream on the subject begins on. Rejects with a PollError where there is no such subject. */
  async topicFor(subject: string, voter: VoterRefs): Promise<string> {
    const poll = this.#known.has(subject) ? this.#known.get(subject) : await this.#readOnce(subject)
    const isVoted = poll !== undefined && rewardsVoters(poll) && (await this.#hasVoted(poll, voter))
    return topicOf(subject, isVoted ? votedName(poll) : 'public')
  }

  /** Once for all streams that open together. */
  #readOnce(subject: string): Promise<PollState | undefined> {
    const running = this.#reading.get(subject)
    if (running) return running
    const reading = this.#read(subject).finally(() => this.#reading.delete(subject))
    this.#reading.set(subject, reading)
    return reading
  }

  async #hasVoted(poll: PollState, voter: VoterRefs): Promise<boolean> {
    const ballotId = this.#ballotIn(poll, voter)
    return ballotId !== undefined && (await this.#reader.cast(poll.id, [ballotId])).has(ballotId)
  }

  #ballotIn(poll: PollState, voter: VoterRefs): string | undefined {
    const ref = voterIn(poll, voter)
    return ref && ballotIdOf(this.#serverKey, poll.id, ref)
  }

  #read(subject: string): Promise<PollState | undefined> {
    const { kind, id } = parseTopic(topicOf(subject, 'public'))
    return kind === 'poll' ? this.#reader.find(id) : this.#reader.findRoom(id).then(({ current }) => current)
  }

  /**
   * Another process has changed the subject, and what it shows now may come from a cache, without who has voted: it is read,
   * at most once a second.
   */
  announced(subject: string): void {
    if (!this.#streams.has(subject) || this.#announced.has(subject)) return
    this.#announced.add(subject)
    setTimeout(() => {
      this.#announced.delete(subject)
      if (!this.#streams.has(subject)) return
      this.#readOnce(subject)
        .then((poll) => poll && this.reconcile(poll))
        .catch(this.#onError)
    }, ANNOUNCED_MS).unref()
  }

  /** Adds a stream that has joined a topic. Returns what takes it away again. */
  add(stream: Stream, subject: string, voter: VoterRefs, topic: string): () => void {
    const keys = keysOf(voter)
    const one: VoterStream = { stream, subject, voter, topic }
    const ofSubject = this.#streams.get(subject) ?? new Map<string, Set<VoterStream>>()
    for (const key of keys) ofSubject.set(key, (ofSubject.get(key) ?? new Set()).add(one))
    this.#streams.set(subject, ofSubject)
    this.#catchUp(one)
    return () => {
      for (const key of keys) {
        const ofVoter = ofSubject.get(key)
        ofVoter?.delete(one)
        if (ofVoter?.size === 0) ofSubject.delete(key)
      }
      if (ofSubject.size > 0) return
      this.#streams.delete(subject)
      this.#known.delete(subject)
    }
  }

  /** What has changed since the topic was chosen has found no stream to switch. */
  #catchUp(one: VoterStream): void {
    const poll = this.#known.get(one.subject)
    if (poll && rewardsVoters(poll)) this.#lookUp([one], poll).catch(this.#onError)
    if (this.#known.has(one.subject)) return
    this.#readOnce(one.subject)
      .then((read) => {
        if (read) this.reconcile(read)
        else if (this.#streams.has(one.subject)) this.#known.set(one.subject, undefined)
      })
      .catch(this.#onError)
  }

  /** Takes a poll as it is now. Where it rewards its voters, those present are looked up, and their streams switched. */
  reconcile(poll: PollState): void {
    for (const subject of subjectsOf(poll)) {
      if (!this.#streams.has(subject)) continue
      this.#known.set(subject, poll)
      if (!rewardsVoters(poll)) continue
      const isRunning = this.#reconciling.has(subject)
      this.#reconciling.set(subject, poll)
      if (!isRunning) void this.#reconcile(subject).catch(this.#onError)
    }
  }

  async #reconcile(subject: string): Promise<void> {
    try {
      for (let poll = this.#reconciling.get(subject); poll; poll = this.#reconciling.get(subject)) {
        this.#reconciling.set(subject, undefined)
        const ofVoters = [...(this.#streams.get(subject)?.values() ?? [])]
        const present = [...new Set(ofVoters.flatMap((ofVoter) => [...ofVoter]))]
        for (let start = 0; start < present.length; start += AT_ONCE) {
          await this.#lookUp(present.slice(start, start + AT_ONCE), poll)
        }
      }
    } finally {
      this.#reconciling.delete(subject)
    }
  }

  async #lookUp(streams: readonly VoterStream[], poll: PollState): Promise<void> {
    const asked = streams.map((one) => ({ one, topic: one.topic, ballotId: this.#ballotIn(poll, one.voter) }))
    const cast = await this.#reader.cast(poll.id, [...new Set(asked.flatMap(({ ballotId }) => ballotId ?? []))])
    for (const { one, topic, ballotId } of asked) {
      // A vote that was taken meanwhile is newer than the answer.
      if (one.topic === topic) this.#switch(one, poll, ballotId !== undefined && cast.has(ballotId))
    }
  }

  #switch(one: VoterStream, poll: Pick<PollState, 'id' | 'round'>, hasBallot: boolean): void {
    const to = topicOf(one.subject, hasBallot ? votedName(poll) : 'public')
    if (to === one.topic) return
    const from = one.topic
    one.topic = to
    this.#audiences.switchTopic(one.stream, from, to).catch((error) => {
      // It has stayed where it was, and is switched when there is another reason to.
      if (one.topic === to) one.topic = from
      this.#onError(error)
    })
  }
}

const keysOf = ({ voterId, codeHash }: VoterRefs): string[] => [
  ...(voterId === undefined ? [] : [voterKeyOf({ voterId })]),
  ...(codeHash === undefined ? [] : [voterKeyOf({ codeHash })]),
]

/** What shows the poll: itself, and its room while it is on. */
const subjectsOf = ({ id, room }: PollState): string[] =>
  room.currentPollId === id ? [pollSubject(id), roomSubject(room.code)] : [pollSubject(id)]
