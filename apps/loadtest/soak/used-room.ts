import { json, patch } from '@pollcast/api/testing/voter'
import { type Poll, pollSchema } from '@pollcast/shared/poll'
import { codesSchema, createdPollSchema } from '@pollcast/shared/room'
import { routes } from '@pollcast/shared/routes'
import type { NewPollBody } from '@pollcast/shared/settings'
import type { AttackConnection } from '../attack/support/attack-connection.ts'
import type { Soak } from './soak.ts'
import { Visitor } from './visitor.ts'

const ROUNDS = 3
const VOTERS = 15
const CODES = 5
const WATCHERS = 5

/** In which the last vote is on every screen, on a machine that does other things as well. */
const SHOWN_MS = 60_000

const vote = (poll: Poll, choice: number, more = {}) => json({ choiceIds: [poll.choices[choice]?.id], ...more })

/** The life of a room, from its first poll to its deletion. Rejects if the server does not answer as it should. */
export async function useRoom(soak: Soak): Promise<void> {
  const host = new Visitor(soak)
  const ask = async (what: string, path: string, init?: RequestInit) => {
    const text = await host.ask(what, path, init)
    if (text === undefined) throw new Error(`a room was given up: ${what}`)
    return text
  }
  const add = async (body: Partial<NewPollBody>) => {
    const full = { question: 'What will last?', choices: ['Stone', 'Bronze', 'Paper', 'Words'], ...body }
    return createdPollSchema.parse(JSON.parse(await ask('polls made', routes.polls, json(full))))
  }
  const { random } = soak
  const created = await add({ listed: random.next() < 0.3 })
  const { code } = created.room
  soak.rooms.add(code)
  host.key = created.hostKey
  const room = new UsedRoom(soak, host, code)
  try {
    const coded = await add({ roomCode: code, voteMode: 'code', resultsVisibility: 'after-close' })
    await room.watch(created.poll, coded.poll)
    for (let round = 1; round <= ROUNDS && !soak.isEnding; round += 1) {
      if (round > 1) await ask('rounds started', routes.rounds(created.poll.id), { method: 'POST' })
      await room.vote(created.poll, ask)
      await room.check(created.poll)
    }
    await ask('rooms moved', routes.room(code), patch({ currentPollId: coded.poll.id, closePrevious: true }))
    await room.voteWithCodes(coded.poll, ask)
    await ask('polls closed', routes.poll(coded.poll.id), patch({ status: 'closed' }))
    await room.check(coded.poll)
    await room.readAll(created.poll, coded.poll)
    await ask('polls copied', routes.copies(created.poll.id), { method: 'POST' })
    host.key = JSON.parse(await ask('host keys replaced', routes.roomKey(code), { method: 'POST' })).hostKey
    await ask('polls deleted', routes.poll(coded.poll.id), { method: 'DELETE' })
  } finally {
    await ask('rooms deleted', routes.room(code), { method: 'DELETE' })
    soak.rooms.delete(code)
    await room.leave()
  }
}

type Ask = (what: string, path: string, init?: RequestInit) => Promise<string>

class UsedRoom {
  readonly #soak: Soak
  readonly #host: Visitor
  readonly #code: string
  /** In the round that a poll is in. */
  readonly #votes = new Map<string, { acknowledged: number; unanswered: number }>()
  /** The host's streams of each poll. */
  readonly #screens = new Map<string, AttackConnection>()
  /** The first of them does not read. */
  readonly #watchers: AttackConnection[] = []

  constructor(soak: Soak, host: Visitor, code: string) {
    this.#soak = soak
    this.#host = host
    this.#code = code
  }

  /** Opens streams, some of which will not be read. */
  async watch(poll: Poll, coded: Poll): Promise<void> {
    for (const { id } of [poll, coded]) this.#screens.set(id, await this.#host.watch(routes.stream(id), true))
    const several = `${routes.streamOf([poll.id])}&rooms=${this.#code}`
    const paths = [routes.stream(poll.id), routes.roomStream(this.#code), several]
    for (let index = 0; index < WATCHERS; index += 1) {
      const watcher = await new Visitor(this.#soak).watch(this.#soak.random.pick(paths))
      if (index === 0) watcher.pause()
      this.#watchers.push(watcher)
    }
  }

  /** One round of votes, in which the host hides and reveals, closes and opens, and some streams are cut. */
  async vote(poll: Poll, ask: Ask): Promise<void> {
    this.#votes.set(poll.id, { acknowledged: 0, unanswered: 0 })
    const { random } = this.#soak
    const acts = random.shuffled<() => Promise<unknown>>([
      () => ask('results hidden', routes.poll(poll.id), patch({ resultsVisibility: 'host' })),
      () => ask('results shown', routes.poll(poll.id), patch({ resultsVisibility: 'always' })),
      () => ask('rooms moved', routes.room(this.#code), patch({ currentPollId: null, closePrevious: false })),
      () => ask('rooms moved', routes.room(this.#code), patch({ currentPollId: poll.id, closePrevious: false })),
      () => this.#cutOne(poll),
    ])
    // At the end it is on again, whatever came first.
    acts.push(() =>
      ask('rooms moved', routes.room(this.#code), patch({ currentPollId: poll.id, closePrevious: false })),
    )
    for (let index = 0; index < VOTERS && (index < acts.length || !this.#soak.isEnding); index += 1) {
      await acts[index]?.()
      await this.#voteOnce(poll)
    }
  }

  async voteWithCodes(poll: Poll, ask: Ask): Promise<void> {
    this.#votes.set(poll.id, { acknowledged: 0, unanswered: 0 })
    const issued = await ask('codes issued', routes.roomCodes(this.#code), json({ count: CODES }))
    for (const code of codesSchema.parse(JSON.parse(issued)).codes) {
      await this.#cast(new Visitor(this.#soak), poll, vote(poll, this.#soak.random.whole(0, 3), { code }))
    }
  }

  /** Whether all votes that were acknowledged are there, and on the host's screen. */
  async check(poll: Poll): Promise<void> {
    const text = await this.#host.ask('polls read by their hosts', routes.poll(poll.id))
    if (text === undefined) return
    const { voters } = pollSchema.parse(JSON.parse(text))
    const { acknowledged, unanswered } = this.#votes.get(poll.id) ?? { acknowledged: 0, unanswered: 0 }
    this.#soak.done.note('votes checked', acknowledged)
    if (voters < acknowledged || voters > acknowledged + unanswered) {
      this.#soak.failures.note(`${acknowledged} voters were acknowledged, and the poll has ${voters}`)
    }
    const screen = this.#screens.get(poll.id)
    const shown = () => Number(screen?.text.match(/.*"voters":(\d+)/s)?.[1])
    if (!(await screen?.until(() => shown() === voters, SHOWN_MS))) {
      this.#soak.failures.note(`the host's screen shows ${shown()} voters, and the poll has ${voters}`)
    }
  }

  /** Pages, exports, charts and a long poll that is cut. */
  async readAll(poll: Poll, coded: Poll): Promise<void> {
    const reader = new Visitor(this.#soak)
    const pages = [
      routes.listPage,
      routes.roomPage(this.#code),
      routes.screenPage(this.#code),
      routes.roomEmbed(this.#code),
      routes.pollPage(poll.id),
      routes.privacyPage,
      routes.docsPage,
      routes.polls,
      routes.openapi,
    ]
    for (const page of pages) await reader.ask('pages and lists read', page)
    const { id } = coded
    const files = [routes.resultsCsv(id), routes.resultsJson(id), routes.chartSvg(id), routes.chartPng(id)]
    for (const file of files) await reader.ask('results and charts exported', file)
    const own = [routes.ballotsCsv(id), routes.roomBallotsCsv(this.#code), routes.roomResultsCsv(this.#code)]
    for (const file of own) await this.#host.ask('ballots exported', file)
    const seen = await reader.try('a poll', routes.poll(id))
    const tag = /"([^"]+)"/.exec(seen?.headers.get('ETag') ?? '')?.[1]
    if (tag === undefined) return
    const signal = AbortSignal.timeout(this.#soak.random.whole(10, 1000))
    await reader.try('a long poll', `${routes.poll(id)}?after=${tag}`, { signal })
  }

  /** After the room is deleted, when all its streams come to their end. */
  async leave(): Promise<void> {
    const [, ...reading] = this.#watchers
    for (const stream of [...this.#screens.values(), ...reading]) {
      if (await stream.until(() => stream.how !== undefined, SHOWN_MS)) continue
      this.#soak.failures.note('the stream of a deleted room did not end')
    }
    for (const stream of [...this.#screens.values(), ...this.#watchers]) stream.leave()
  }

  /** A first vote; and for some another choice, or the same vote sent twice. */
  async #voteOnce(poll: Poll): Promise<void> {
    const { random } = this.#soak
    const voter = new Visitor(this.#soak)
    if (random.next() < 0.5) await voter.ask('pages and lists read', routes.roomPage(this.#code))
    const ballot = vote(poll, random.whole(0, 3))
    const headers = { ...ballot.headers, 'Idempotency-Key': crypto.randomUUID() }
    if (!(await this.#cast(voter, poll, { ...ballot, headers }))) return
    if (random.next() < 0.3) await voter.ask('votes repeated', routes.votes(poll.id), { ...ballot, headers })
    if (random.next() < 0.3) await voter.ask('votes changed', routes.votes(poll.id), vote(poll, random.whole(0, 3)))
    if (random.next() > 0.1) return
    const votes = this.#votes.get(poll.id)
    const takenBack = await voter.ask('votes taken back', routes.votes(poll.id), { method: 'DELETE' })
    if (!votes) return
    votes.acknowledged -= 1
    if (takenBack === undefined) votes.unanswered += 1
  }

  async #cast(voter: Visitor, poll: Poll, ballot: RequestInit): Promise<boolean> {
    const votes = this.#votes.get(poll.id)
    const text = await voter.ask('votes', routes.votes(poll.id), ballot)
    if (votes) votes[text === undefined ? 'unanswered' : 'acknowledged'] += 1
    return text !== undefined
  }

  /** One goes, in one of the ways there are, and another comes. */
  async #cutOne(poll: Poll): Promise<void> {
    const gone = this.#watchers.pop()
    if (this.#soak.random.next() < 0.5) gone?.reset()
    else gone?.leave()
    this.#watchers.push(await new Visitor(this.#soak).watch(routes.stream(poll.id)))
  }
}
