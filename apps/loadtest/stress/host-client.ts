import { setTimeout as pause } from 'node:timers/promises'
import { type CreatedPoll, createdPollSchema } from '@pollcast/shared/room'
import { routes } from '@pollcast/shared/routes'
import type { NewPollBody } from '@pollcast/shared/settings'
import type { Random } from '../processes/random.ts'
import type { History } from './history.ts'
import type { Node } from './node.ts'
import { checkRefusal, isBroken } from './refusal.ts'

/** Milliseconds between two things that the host does. */
const PACE = [150, 900] as const

const REQUEST_TIMEOUT_MS = 15_000

/** Makes a poll as the body says. */
export async function createPoll(url: string, body: Partial<NewPollBody> = {}, key?: string): Promise<CreatedPoll> {
  const answer = await fetch(url + routes.polls, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...(key !== undefined && { Authorization: `Bearer ${key}` }) },
    body: JSON.stringify({ question: 'What will hold?', choices: ['a', 'b', 'c', 'd'], ...body }),
  })
  return createdPollSchema.parse(await answer.json())
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

  /** Does one thing after the other until `stop`. */
  async run(random: Random): Promise<void> {
    for (; !this.#stopped; await pause(random.whole(...PACE))) {
      const up = this.#nodes.filter((node) => node.up)
      if (up.length > 0) await this.#act(random.pick(up), random)
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

  #act(node: Node, random: Random): Promise<boolean> {
    const poll = random.pick(this.polls)
    const patch = (what: string, body: object) => this.#send(node, what, 'PATCH', routes.poll(poll.id), body)
    const isFirst = poll === this.polls[0]
    const visibility = random.pick(['always', 'host'] as const)
    const acts = [
      () => patch('close', { status: 'closed' }),
      () => patch('open', { status: 'open' }),
      () => patch('open', { status: 'open' }),
      () => this.#send(node, 'start a round', 'POST', routes.rounds(poll.id), undefined),
      () => this.#move(node, poll.id, random.next() < 0.5),
      () => this.#move(node, null, false),
      ...(isFirst ? [() => patch(visibility === 'host' ? 'hide' : 'reveal', { resultsVisibility: visibility })] : []),
    ]
    return random.pick(acts)()
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
