import { setTimeout as pause } from 'node:timers/promises'
import type { Poll } from '@pollcast/shared/poll'
import { routes } from '@pollcast/shared/routes'
import type { History, Witness } from './history.ts'
import type { Node } from './node.ts'
import type { Random } from './random.ts'
import { isBroken, judgeRefusal } from './refusal.ts'

/** Milliseconds in which a node answers a vote, whatever it can't reach. */
const PATIENCE = 15_000

/** A voter who comes back this often has moved their vote enough. */
const MOST_VOTES = 6

/**
 * Of the votes on polls other than the first, this part comes by one node, a different one for each poll: the others would
 * learn by their own votes what wakes did not tell them.
 */
const AT_HOME = 0.95

/** People who vote, each for one choice after the other, on any of the nodes, until something goes wrong for them. */
export class Voters {
  readonly #nodes: readonly Node[]
  readonly #polls: readonly Poll[]
  readonly #history: History
  /** The votes under way, by the node that they were sent to. */
  readonly #underWay = new Map<AbortController, Node>()
  /** How many votes may wait for one node: those that hang leave room for others on the other nodes. */
  #mostOnOne = 1
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
    this.#mostOnOne = Math.ceil(count / this.#nodes.length)
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
    const end = performance.now() + patience
    for (const poll of this.#polls) {
      for (;;) {
        const [witness, choice] = [this.#history.newVoter(poll.id), random.pick(poll.choices)]
        if ((await this.#vote(witness, choice.id, '', random.pick(this.#nodes))) !== undefined) break
        if (performance.now() > end) throw new Error(`a vote on ${poll.id} was not taken within ${patience / 1000} s`)
        await pause(100)
      }
    }
  }

  async #voteOn(random: Random): Promise<void> {
    while (!this.#over) {
      // Half of all meet on one poll.
      const index = random.next() < 0.5 ? 0 : random.whole(0, this.#polls.length - 1)
      const poll = this.#polls[index] as Poll
      const home = index > 0 && random.next() < AT_HOME ? this.#nodes[index % this.#nodes.length] : undefined
      const witness = this.#history.newVoter(poll.id)
      let cookie: string | undefined = ''
      for (let votes = random.whole(1, MOST_VOTES); votes > 0 && !this.#over; votes -= 1) {
        const node = await this.#roomOn(random, home)
        if (!node) return
        const others = poll.choices.filter(({ id }) => id !== witness.acknowledged)
        cookie = await this.#vote(witness, random.pick(others).id, cookie, node)
        await pause(cookie === undefined ? random.whole(50, 200) : random.whole(0, 25))
        if (cookie === undefined) break
      }
    }
  }

  /** Resolves with a node that takes one more vote, this one where it does; undefined once it is over. */
  async #roomOn(random: Random, home: Node | undefined): Promise<Node | undefined> {
    for (; !this.#over; await pause(10)) {
      const under = [...this.#underWay.values()]
      const free = this.#nodes.filter((node) => node.up && under.filter((to) => to === node).length < this.#mostOnOne)
      if (home && free.includes(home)) return home
      if (free.length > 0) return random.pick(free)
    }
    return undefined
  }

  /** Resolves with the voter's cookie, or undefined where nobody knows what became of the vote. */
  async #vote(witness: Witness, choiceId: number, cookie: string, node: Node): Promise<string | undefined> {
    const controller = new AbortController()
    this.#underWay.set(controller, node)
    const asked = performance.now()
    const timer = setTimeout(() => {
      if (node.hasRun(asked))
        this.#history.faults.note(`${node.name} did not answer a vote within ${PATIENCE / 1000} s`)
      controller.abort()
    }, PATIENCE)
    try {
      const answer = await fetch(node.url + routes.votes(witness.pollId), {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', ...(cookie && { Cookie: `voter=${cookie}` }) },
        body: JSON.stringify({ choiceIds: [choiceId] }),
        signal: controller.signal,
      })
      const body = await answer.text()
      if (answer.status !== 201) {
        judgeRefusal(this.#history.faults, `${node.name} answered a vote`, answer, body)
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
}
