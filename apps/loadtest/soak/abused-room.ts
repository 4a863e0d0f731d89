import { setTimeout as pause } from 'node:timers/promises'
import type { ProofSolver } from '@pollcast/api/testing/proof-solver'
import { bearer, json, patch } from '@pollcast/api/testing/voter'
import { pollSchema } from '@pollcast/shared/poll'
import type { Challenge } from '@pollcast/shared/proof-of-work'
import { createdPollSchema, roomSchema } from '@pollcast/shared/room'
import { routes } from '@pollcast/shared/routes'
import { AttackConnection, ask } from '../attack/support/attack-connection.ts'
import type { AttackedPoll } from '../attack/support/attacked-server.ts'
import { FuzzedRequests } from '../attack/support/fuzzed-requests.ts'
import { get, request, vote } from '../attack/support/requests.ts'
import type { Soak } from './soak.ts'
import { deleteStrangeRooms } from './strange-rooms.ts'
import { Visitor } from './visitor.ts'

const ABUSES = 200
/** Votes that a script stuffs in one go: so many that the room's address is soon beyond what is free, and a burst begins. */
const STUFFED = 20
/** Milliseconds for which a connection that will not do anything is kept. */
const HELD_MS = [1000, 20_000] as const
const ANSWER_MS = 3000
/** From which age on a room that nobody knows of is a stranger's. */
const STRANGE_MS = 60_000

/** The life of a room that strangers stuff, and whose address is in all else that they send. */
export async function abuseRoom(soak: Soak, solver: ProofSolver): Promise<void> {
  const host = new Visitor(soak)
  const text = await host.ask(
    'polls made',
    routes.polls,
    json({ question: 'Why?', choices: ['a', 'b', 'c'], maxChoices: 2 }),
  )
  if (text === undefined) throw new Error('a room to abuse could not be made')
  const { poll, room, hostKey } = createdPollSchema.parse(JSON.parse(text))
  soak.rooms.add(room.code)
  host.key = hostKey
  const abuse = new Abuse(soak, solver, room.code, { id: poll.id, choiceIds: poll.choices.map(({ id }) => id) })
  for (let times = 0; times < ABUSES && !soak.isEnding; times += 1) await abuse.once()
  await abuse.voidBursts(host)
  await host.ask('rooms deleted', routes.room(room.code), { method: 'DELETE' })
  soak.rooms.delete(room.code)
  await abuse.leave()
  await deleteStrangeRooms(soak, STRANGE_MS)
}

class Abuse {
  readonly #soak: Soak
  readonly #solver: ProofSolver
  readonly #code: string
  readonly #poll: AttackedPoll
  readonly #fuzzed: FuzzedRequests
  /** Connections that are held open, until they are gone. */
  readonly #held = new Set<Promise<void>>()
  /** Of who stuffs. */
  readonly #from: string
  /** One of theirs. */
  #cookie = ''
  /** Votes of theirs that were counted because work was done. */
  #proven = 0
  #kinds: [name: string, act: () => Promise<unknown>][] = []

  constructor(soak: Soak, solver: ProofSolver, code: string, poll: AttackedPoll) {
    this.#soak = soak
    this.#solver = solver
    this.#code = code
    this.#poll = poll
    this.#fuzzed = new FuzzedRequests(soak.server, poll, soak.random.fork())
    this.#from = soak.newAddress()
  }

  /** Each kind once, before one comes again. */
  async once(): Promise<void> {
    if (this.#kinds.length === 0) this.#kinds = this.#soak.random.shuffled(this.#all())
    const [name, act] = this.#kinds.pop() ?? ['', async () => {}]
    await this.#soak.pace.turn()
    await act()
    this.#soak.done.note(`abuse: ${name}`)
  }

  /** The host voids what was stuffed, and puts it back: as many have voted as before. */
  async voidBursts(host: Visitor): Promise<void> {
    const text = await host.ask('rooms read by their hosts', routes.room(this.#code))
    const { log = [] } = text === undefined ? {} : roomSchema.parse(JSON.parse(text))
    const bursts = log.flatMap(({ burst }) => burst ?? [])
    const told = bursts.reduce((sum, { voters }) => sum + voters, 0)
    if (told !== this.#proven)
      this.#soak.failures.note(`the log tells of ${told} votes in bursts where ${this.#proven} were cast`)
    const before = await this.#voters(host)
    for (const burst of bursts) {
      const path = routes.burst(this.#poll.id, burst.number)
      await host.ask('bursts voided', path, patch({ voided: true }))
      const left = await this.#voters(host)
      await host.ask('bursts restored', path, patch({ voided: false }))
      if (left !== before - burst.voters || (await this.#voters(host)) !== before) {
        this.#soak.failures.note(`of ${before} voters, ${left} are left without a burst of ${burst.voters}`)
      }
    }
  }

  /** When all connections that were held are gone. */
  async leave(): Promise<void> {
    await Promise.all(this.#held)
  }

  #all(): [string, () => Promise<unknown>][] {
    const { server, random } = this.#soak
    const { id } = this.#poll
    const stream = get(server, routes.stream(id), { Accept: 'text/event-stream' })
    const halfAHead = `GET ${routes.listPage} HTTP/1.1\r\nHost: a\r\nX-Long: ${'x'.repeat(random.whole(0, 5000))}`
    const long = { 'Content-Type': 'application/json', 'Content-Length': '10000000' }
    const fuzz = Array.from({ length: 6 }, (): [string, () => Promise<unknown>] => [
      'altered requests',
      () => this.#fuzz(),
    ])
    return [
      ...fuzz,
      ['stuffed votes', () => this.#stuff()],
      ['stuffed votes', () => this.#stuff()],
      [
        'wrong room codes',
        () => this.#send(get(server, routes.room(`${random.whole(100_000, 999_999)}`), this.#forwarded())),
      ],
      [
        'wrong host keys',
        () =>
          this.#send(
            request(
              server,
              'PATCH',
              routes.poll(id),
              { ...bearer('x'.repeat(random.whole(1, 60))), ...this.#forwarded() },
              '{"status":"closed"}',
            ),
          ),
      ],
      [
        'wrong admin keys',
        () => this.#send(get(server, routes.admin, { ...bearer('x'.repeat(30)), ...this.#forwarded() })),
      ],
      [
        'bodies that are too large',
        () => this.#send(`${request(server, 'POST', routes.votes(id), long)}${'x'.repeat(200_000)}`),
      ],
      [
        'forged cookies',
        () =>
          this.#send(
            vote(server, this.#poll, { Cookie: this.#cookie.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')) }),
          ),
      ],
      [
        'forged ids of events',
        () =>
          this.#send(get(server, routes.stream(id), { 'Last-Event-ID': `x.${id}.public.${random.whole(0, 99)}.AAAA` })),
      ],
      ['pipelined requests', () => this.#send(get(server, routes.poll(id), this.#forwarded()).repeat(50))],
      ['requests that are reset', () => this.#reset(get(server, routes.listPage))],
      ['half a head', () => this.#hold(halfAHead)],
      ['half a body', () => this.#hold(`${request(server, 'POST', routes.votes(id), long)}{"choiceIds":[`)],
      ['connections without a request', () => this.#hold('')],
      ['streams that are not read', () => this.#hold(stream)],
      ['answers that are not read', () => this.#hold(get(server, routes.docsPage).repeat(200))],
    ]
  }

  async #voters(host: Visitor): Promise<number> {
    const text = await host.ask('polls read by their hosts', routes.poll(this.#poll.id))
    return text === undefined ? Number.NaN : pollSchema.parse(JSON.parse(text)).voters
  }

  #forwarded = () => ({ 'X-Forwarded-For': this.#soak.newAddress() })

  async #fuzz(): Promise<void> {
    const { bytes, method, unfinished } = this.#fuzzed.next()
    await this.#send(bytes, method, unfinished ? 200 : ANSWER_MS)
  }

  async #send(bytes: string, method = 'GET', milliseconds = ANSWER_MS): Promise<void> {
    const answers = await ask(this.#soak.server, bytes, { method, milliseconds })
    for (const { status } of answers) this.#soak.isFault(JSON.stringify(bytes.slice(0, 160)), status)
  }

  async #reset(bytes: string): Promise<void> {
    const connection = new AttackConnection(this.#soak.server, { keep: false }).send(bytes)
    await pause(this.#soak.random.whole(0, 5))
    connection.reset()
  }

  /** Sends that much, and nothing more, and reads nothing. */
  async #hold(bytes: string): Promise<void> {
    const connection = new AttackConnection(this.#soak.server, { keep: false }).pause().send(bytes)
    const { random } = this.#soak
    const milliseconds = random.whole(...HELD_MS)
    const isReset = random.next() < 0.5
    const held = pause(milliseconds).then(() => {
      if (isReset) connection.reset()
      else connection.leave()
      this.#held.delete(held)
    })
    this.#held.add(held)
  }

  async #stuff(): Promise<void> {
    for (let times = 0; times < STUFFED && !this.#soak.isEnding; times += 1) await this.#stuffOnce()
  }

  /** A vote as somebody new, all from one address; where work is asked for, it is done now and then. */
  async #stuffOnce(): Promise<void> {
    const voter = new Visitor(this.#soak, this.#from)
    const ballot = json({ choiceIds: this.#poll.choiceIds.slice(0, 1) })
    const answer = await voter.try('a stuffed vote', routes.votes(this.#poll.id), ballot)
    this.#cookie = answer?.headers.getSetCookie()[0]?.split(';')[0] ?? this.#cookie
    const { challenge } = answer?.status === 429 ? (JSON.parse(answer.text) as { challenge?: Challenge }) : {}
    if (!challenge || this.#soak.random.next() < 0.7) return
    const headers = { ...ballot.headers, 'Pollcast-Proof': await this.#solver.solve(challenge) }
    const counted = await voter.ask('stuffed votes with work done', routes.votes(this.#poll.id), { ...ballot, headers })
    if (counted !== undefined) this.#proven += 1
  }
}
