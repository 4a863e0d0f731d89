import { setTimeout as pause } from 'node:timers/promises'
import type { Poll } from '@pollcast/shared/poll'
import { problemStatus } from '@pollcast/shared/problem'
import { routes } from '@pollcast/shared/routes'
import type { Random } from '../processes/random.ts'
import type { History, VoterRecord } from './history.ts'
import type { Node } from './node.ts'
import { checkRefusal, isBroken } from './refusal.ts'

/** How long a server may take to answer a vote, whatever it can't reach. */
const VOTE_TIMEOUT_MS = 15_000

/** How often one voter votes at most. */
const MAX_VOTES_PER_VOTER = 6

/**
 * The part of the votes on polls other than the first that goes to one server, a different one for each poll. The other
 * servers have few votes of their own on it, which would make up for messages that they missed.
 */
const HOME_PROBABILITY = 0.95

/** Clients that vote, each as one voter after another. A voter whose vote is not answered does not vote again. */
export class VotingClients {
  readonly #nodes: readonly Node[]
  readonly #polls: readonly Poll[]
  readonly #history: History
  /** One-time codes that nobody has voted with, of the polls that take them. */
  readonly #codes: ReadonlyMap<string, string[]>
  /** Votes that are not answered yet, with the server that they were sent to. */
  readonly #pending = new Map<AbortController, Node>()
  /** How many votes may wait for one server, so that a server that hangs does not take all clients. */
  #maxPerNode = 1
  #stopped = false

  constructor(nodes: readonly Node[], polls: readonly Poll[], history: History, codes: ReadonlyMap<string, string[]>) {
    this.#codes = codes
    this.#nodes = nodes
    this.#polls = polls
    this.#history = history
  }

  get pollIds(): string[] {
    return this.#polls.map(({ id }) => id)
  }

  /** Has so many clients vote until `stop`. Resolves when the last vote is answered or given up. */
  async run(count: number, random: Random): Promise<void> {
    this.#maxPerNode = Math.ceil(count / this.#nodes.length)
    const each = Array.from({ length: count }, () => random.fork())
    await Promise.all(each.map((own) => this.#keepVoting(own)))
  }

  stop(): void {
    this.#stopped = true
  }

  /** Closes the connections of the votes that this server has not answered. */
  cut(node: Node): void {
    for (const [controller, to] of this.#pending) if (to === node) controller.abort()
  }

  /** One more vote on every poll, acknowledged. Rejects if no server takes it within so many milliseconds. */
  async voteOnEach(random: Random, timeout: number): Promise<void> {
    const end = performance.now() + timeout
    for (const poll of this.#polls) {
      for (;;) {
        const [voter, choice] = [this.#newVoter(poll), random.pick(poll.choices)]
        if (!voter) break
        if ((await this.#vote(voter, choice.id, '', random.pick(this.#nodes))) !== undefined) break
        if (performance.now() > end) throw new Error(`a vote on ${poll.id} was not taken within ${timeout / 1000} s`)
        await pause(100)
      }
    }
  }

  async #keepVoting(random: Random): Promise<void> {
    while (!this.#stopped) {
      // Half of all votes are on one poll.
      const index = random.next() < 0.5 ? 0 : random.whole(0, this.#polls.length - 1)
      const poll = this.#polls[index] as Poll
      const home = index > 0 && random.next() < HOME_PROBABILITY ? this.#nodes[index % this.#nodes.length] : undefined
      const voter = this.#newVoter(poll)
      if (!voter) continue
      let cookie: string | undefined = ''
      for (let votes = random.whole(1, MAX_VOTES_PER_VOTER); votes > 0 && !this.#stopped; votes -= 1) {
        const node = await this.#freeNode(random, home)
        if (!node) return
        const others = poll.choices.filter(({ id }) => id !== voter.acknowledged)
        cookie = await this.#vote(voter, random.pick(others).id, cookie, node)
        await pause(cookie === undefined ? random.whole(50, 200) : random.whole(0, 25))
        if (cookie === undefined) break
      }
    }
  }

  /** Undefined once all codes of the poll were used. */
  #newVoter({ id }: Poll): VoterRecord | undefined {
    const codes = this.#codes.get(id)
    if (!codes) return this.#history.newVoter(id)
    const code = codes.pop()
    return code === undefined ? undefined : this.#history.newVoter(id, code)
  }

  /** A server that may be sent one more vote, the preferred one if possible. Undefined once it is stopped. */
  async #freeNode(random: Random, preferred: Node | undefined): Promise<Node | undefined> {
    for (; !this.#stopped; await pause(10)) {
      const pending = [...this.#pending.values()]
      const free = this.#nodes.filter(
        (node) => node.up && pending.filter((to) => to === node).length < this.#maxPerNode,
      )
      if (preferred && free.includes(preferred)) return preferred
      if (free.length > 0) return random.pick(free)
    }
    return undefined
  }

  /** Resolves with the voter's cookie, or undefined if the vote was not acknowledged. */
  async #vote(voter: VoterRecord, choiceId: number, cookie: string, node: Node): Promise<string | undefined> {
    const controller = new AbortController()
    this.#pending.set(controller, node)
    const sentAt = performance.now()
    const timer = setTimeout(() => {
      if (node.hasRun(sentAt))
        this.#history.failures.note(`${node.name} did not answer a vote within ${VOTE_TIMEOUT_MS / 1000} s`)
      controller.abort()
    }, VOTE_TIMEOUT_MS)
    try {
      const answer = await fetch(node.url + routes.votes(voter.pollId), {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', ...(cookie && { Cookie: cookie }) },
        body: JSON.stringify({ choiceIds: [choiceId], ...(voter.code !== undefined && { code: voter.code }) }),
        signal: controller.signal,
      })
      const body = await answer.text()
      if (answer.status !== 201) {
        // Its host closed it. The voter may try again later.
        if (this.#history.hosted.has(voter.pollId) && answer.status === problemStatus['poll-closed']) return cookie
        checkRefusal(this.#history.failures, `${node.name} answered a vote`, answer, body)
        this.#history.voteUnanswered(voter, choiceId)
        return undefined
      }
      const given = answer.headers.getSetCookie()[0]?.split(';')[0]
      this.#history.voteAcknowledged(voter, choiceId, JSON.parse(body), given)
      return given ?? cookie
    } catch (error) {
      if (!isBroken(error)) throw error
      this.#history.voteUnanswered(voter, choiceId)
      return undefined
    } finally {
      clearTimeout(timer)
      this.#pending.delete(controller)
    }
  }
}
