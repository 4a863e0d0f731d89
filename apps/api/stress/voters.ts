import { setTimeout as pause } from 'node:timers/promises'
import type { Poll } from '@pollcast/shared/poll'
import { type ProblemCode, problemSchema } from '@pollcast/shared/problem'
import { routes } from '@pollcast/shared/routes'
import type { History, Witness } from './history.ts'
import type { Node } from './node.ts'
import type { Random } from './random.ts'

/** Milliseconds that a voter waits for an answer. */
const PATIENCE = 3000

/** Refusals of a node that can't, which are no fault. */
export const AWAY: ReadonlySet<ProblemCode> = new Set(['store-unavailable', 'shutting-down'])

/** A voter who comes back this often has moved their vote enough. */
const MOST_VOTES = 6

/** People who vote, each for one choice after the other, on any of the nodes, until something goes wrong for them. */
export class Voters {
  readonly #nodes: readonly Node[]
  readonly #polls: readonly Poll[]
  readonly #history: History
  /** The votes under way, by the node that they were sent to. */
  readonly #underWay = new Map<AbortController, Node>()
  #over = false

  constructor(nodes: readonly Node[], polls: readonly Poll[], history: History) {
    this.#nodes = nodes
    this.#polls = polls
    this.#history = history
  }

  get pollIds(): string[] {
    return this.#polls.map(({ id }) => id)
  }

  /** Votes, so many at the same time, until `stop`. Resolves when the last vote is answered or given up. */
  async run(count: number, random: Random): Promise<void> {
    const each = Array.from({ length: count }, () => random.fork())
    await Promise.all(each.map((own) => this.#voteOn(own)))
  }

  stop(): void {
    this.#over = true
  }

  /** Closes the connections of the votes that are on their way to this node. */
  cut(node: Node): void {
    for (const [controller, to] of this.#underWay) if (to === node) controller.abort()
  }

  /** One more vote on every poll, acknowledged. Rejects where no node takes it. */
  async voteLast(random: Random, patience: number): Promise<void> {
    const end = Date.now() + patience
    for (const poll of this.#polls) {
      while (!(await this.#vote(this.#history.newVoter(poll.id), random.pick(poll.choices).id, '', random))) {
        if (Date.now() > end) throw new Error(`a vote on ${poll.id} was not taken within ${patience / 1000} s`)
        await pause(100)
      }
    }
  }

  async #voteOn(random: Random): Promise<void> {
    while (!this.#over) {
      // Half of all meet on one poll.
      const poll = random.next() < 0.5 ? (this.#polls[0] as Poll) : random.pick(this.#polls)
      const witness = this.#history.newVoter(poll.id)
      let cookie: string | undefined = ''
      for (let votes = random.whole(1, MOST_VOTES); votes > 0 && !this.#over; votes -= 1) {
        const others = poll.choices.filter(({ id }) => id !== witness.acknowledged)
        cookie = await this.#vote(witness, random.pick(others).id, cookie, random)
        await pause(cookie === undefined ? random.whole(50, 200) : random.whole(0, 60))
        if (cookie === undefined) break
      }
    }
  }

  /** Resolves with the voter's cookie, or undefined where nobody knows what became of the vote. */
  async #vote(witness: Witness, choiceId: number, cookie: string, random: Random): Promise<string | undefined> {
    const up = this.#nodes.filter((node) => node.up)
    if (up.length === 0) return cookie === '' ? undefined : cookie
    const node = random.pick(up)
    const controller = new AbortController()
    this.#underWay.set(controller, node)
    const timer = setTimeout(() => controller.abort(), PATIENCE)
    try {
      const answer = await fetch(node.url + routes.votes(witness.pollId), {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', ...(cookie && { Cookie: `voter=${cookie}` }) },
        body: JSON.stringify({ choiceIds: [choiceId] }),
        signal: controller.signal,
      })
      const body = await answer.text()
      if (answer.status !== 201) {
        this.#refused(node, answer.status, body)
        this.#history.notHeard(witness, choiceId)
        return undefined
      }
      const given = /^voter=([^;]+)/.exec(answer.headers.getSetCookie()[0] ?? '')?.[1]
      this.#history.heard(witness, choiceId, JSON.parse(body), given)
      return given ?? cookie
    } catch (error) {
      if (!isBroken(error)) throw error
      this.#history.notHeard(witness, choiceId)
      return undefined
    } finally {
      clearTimeout(timer)
      this.#underWay.delete(controller)
    }
  }

  #refused(node: Node, status: number, body: string): void {
    if (isAway(status, body)) return
    this.#history.faults.note(`${node.name} answered a vote with ${status}: ${body}`)
  }
}

/** Whether it is the refusal of a node that can't for the moment. */
export function isAway(status: number, body: string): boolean {
  if (status !== 503) return false
  const { data: problem } = problemSchema.safeParse(JSON.parse(body))
  return problem !== undefined && AWAY.has(problem.code)
}

/** Whether the connection broke, was refused, or was given up: how `fetch` says it. */
export const isBroken = (error: unknown): boolean =>
  error instanceof TypeError || (error as Error).name === 'AbortError'
