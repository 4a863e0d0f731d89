import { setTimeout as pause } from 'node:timers/promises'
import { limits } from '@pollcast/shared/limits'
import type { Poll } from '@pollcast/shared/poll'
import { type CreatedPoll, codesSchema, createdPollSchema } from '@pollcast/shared/room'
import { routes } from '@pollcast/shared/routes'
import type { NewPollBody } from '@pollcast/shared/settings'
import type { Random } from '../processes/random.ts'
import type { History } from './history.ts'
import type { Node } from './node.ts'
import { checkRefusal, isBroken } from './refusal.ts'

/** Milliseconds between two things that the host does. */
const PACE = [50, 400] as const

/** Then another node is asked: one that is stopped would keep the host from all else for most of a short run. */
const REQUEST_TIMEOUT_MS = 2000

/** What the host does, as often as it is here. */
const TURNS = [
  'close',
  'open',
  'open',
  'start a round',
  'move the room',
  'show nothing',
  'hide or reveal',
  'hide or reveal',
] as const

/** Makes a poll as the body says. */
export async function createPoll(url: string, body: Partial<NewPollBody> = {}, key?: string): Promise<CreatedPoll> {
  const answer = await fetch(url + routes.polls, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...(key !== undefined && { Authorization: `Bearer ${key}` }) },
    body: JSON.stringify({ question: 'What will hold?', choices: ['a', 'b', 'c', 'd'], ...body }),
  })
  return createdPollSchema.parse(await answer.json())
}

/** As many one-time codes as there may be at once, for the room of a poll that was made. */
export async function issueCodes(url: string, { room, hostKey }: CreatedPoll): Promise<string[]> {
  const answer = await fetch(url + routes.roomCodes(room.code), {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${hostKey}` },
    body: JSON.stringify({ count: limits.codesAtOnce }),
  })
  return codesSchema.parse(await answer.json()).codes
}

/**
 * A host who moves their room from poll to poll, starts rounds, closes and opens. The results of the first poll are revealed and
 * hidden again, those of the second stay hidden.
 */
export class HostClient {
  readonly polls: CreatedPoll['poll'][]
  readonly done = new Map<string, number>()
  readonly #nodes: readonly Node[]
  readonly #history: History
  readonly #code: string
  readonly #key: string
  #stopped = false
  /** The last is the next one. What takes two turns comes first, so that it meets faults in the shortest run. */
  #turns: (typeof TURNS)[number][] = [...TURNS]
  #hasDoneAll = false
  /** Whether the public sees the results of the first poll. */
  #isRevealed = true

  private constructor(
    nodes: readonly Node[],
    history: History,
    polls: CreatedPoll['poll'][],
    code: string,
    key: string,
  ) {
    this.#nodes = nodes
    this.#history = history
    this.polls = polls
    this.#code = code
    this.#key = key
  }

  static async open(nodes: readonly Node[], history: History): Promise<HostClient> {
    const url = nodes[0]?.url ?? ''
    const { poll, room, hostKey = '' } = await createPoll(url)
    const second = await createPoll(url, { resultsVisibility: 'host', roomCode: room.code }, hostKey)
    const polls = [poll, second.poll]
    for (const { id } of polls) history.hosted.add(id)
    history.hidden.add(second.poll.id)
    return new HostClient(nodes, history, polls, room.code, hostKey)
  }

  /** Does one thing after the other until `stop`, and each once at least. */
  async run(random: Random): Promise<void> {
    for (; !this.#stopped || !this.#hasDoneAll; await pause(random.whole(...PACE))) {
      const up = this.#nodes.filter((node) => node.up)
      if (up.length > 0) await this.#takeTurn(random.pick(up), random)
    }
  }

  stop(): void {
    this.#stopped = true
  }

  /** Opens every poll, so that a last vote on each is taken. Rejects if that is not done in time. */
  async openAll(random: Random, timeoutMs: number): Promise<void> {
    const end = performance.now() + timeoutMs
    for (const { id } of this.polls) {
      while (!(await this.#send(random.pick(this.#nodes), 'open', 'PATCH', routes.poll(id), { status: 'open' }))) {
        if (performance.now() > end) throw new Error(`${id} could not be opened within ${timeoutMs / 1000} s`)
        await pause(100)
      }
    }
  }

  /**
   * Each thing is done before one is done again, and tried until it is: chance alone would leave some out of a short run.
   */
  async #takeTurn(node: Node, random: Random): Promise<void> {
    if (!(await this.#act(node, random, this.#turns.at(-1)))) return
    this.#turns.pop()
    if (this.#turns.length > 0) return
    this.#hasDoneAll = true
    this.#turns = random.shuffled(TURNS)
  }

  async #act(node: Node, random: Random, what: (typeof TURNS)[number] | undefined): Promise<boolean> {
    const poll = random.pick(this.polls)
    const patch = (done: string, { id }: Pick<Poll, 'id'>, body: object) =>
      this.#send(node, done, 'PATCH', routes.poll(id), body)
    switch (what) {
      case 'close':
        return patch(what, poll, { status: 'closed' })
      case 'open':
        return patch(what, poll, { status: 'open' })
      case 'start a round':
        return this.#send(node, what, 'POST', routes.rounds(poll.id), undefined)
      case 'move the room':
        return this.#move(node, poll.id, random.next() < 0.5)
      case 'show nothing':
        return this.#move(node, null, false)
      default:
        return this.#toggleResults(node)
    }
  }

  /** Where nobody knows what has become of it, the same is asked for again: each reveal is one of what was hidden. */
  async #toggleResults(node: Node): Promise<boolean> {
    const [what, resultsVisibility] = this.#isRevealed ? (['hide', 'host'] as const) : (['reveal', 'always'] as const)
    const path = routes.poll(this.polls[0]?.id ?? '')
    const isDone = await this.#send(node, what, 'PATCH', path, { resultsVisibility })
    if (isDone) this.#isRevealed = !this.#isRevealed
    return isDone
  }

  #move(node: Node, currentPollId: string | null, closePrevious: boolean): Promise<boolean> {
    return this.#send(node, 'move the room', 'PATCH', routes.room(this.#code), { currentPollId, closePrevious })
  }

  /** Whether it was answered as done. */
  async #send(node: Node, what: string, method: string, path: string, body: object | undefined): Promise<boolean> {
    try {
      const answer = await fetch(node.url + path, {
        method,
        headers: { Authorization: `Bearer ${this.#key}`, ...(body && { 'Content-Type': 'application/json' }) },
        ...(body && { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
      })
      const text = await answer.text()
      if (!answer.ok) checkRefusal(this.#history.failures, `${node.name} answered its host (${what})`, answer, text)
      else this.done.set(what, (this.done.get(what) ?? 0) + 1)
      return answer.ok
    } catch (error) {
      if (!isBroken(error) && (error as Error).name !== 'TimeoutError') throw error
      return false
    }
  }
}
