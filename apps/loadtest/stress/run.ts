import { setTimeout as pause } from 'node:timers/promises'
import type { Progress } from '../processes/progress.ts'
import { Random } from '../processes/random.ts'
import { allUp } from './all-up.ts'
import type { Backend } from './backend.ts'
import { convergence } from './convergence.ts'
import type { History } from './history.ts'
import { createPoll, HostClient, issueCodes } from './host-client.ts'
import { injectFaults } from './inject-faults.ts'
import { judgeRounds, storedRounds } from './judge-rounds.ts'
import type { Node } from './node.ts'
import type { Options } from './options.ts'
import { PostgresBackend } from './postgres-backend.ts'
import { type Fault, type Kind, schedule } from './schedule.ts'
import { SqliteBackend } from './sqlite-backend.ts'
import { StreamClients } from './stream-clients.ts'
import { judge } from './verdict.ts'
import { VotingClients } from './voting-clients.ts'

const POLLS = 4

/** The part of a run in which there are votes. */
const VOTING_SHARE = 0.9

/** How long it may take, once no fault is left, until a vote on every poll is taken. */
const LAST_VOTES_TIMEOUT_MS = 30_000

export interface Outcome {
  /** How often each fault was injected. */
  injected: ReadonlyMap<Kind, number>
  /** What the host did, and how often. */
  hosted: ReadonlyMap<string, number>
  streams: number
  /** How many of the unanswered votes are counted. */
  landed: number
  convergedMs: number
}

/** One run, from the first start to the verdict. */
export async function run(options: Options, history: History, progress: Progress): Promise<Outcome> {
  progress.say('starting the servers')
  const { workers, withoutRedis } = options
  const backend = workers > 1 ? new SqliteBackend(workers) : await PostgresBackend.open(!withoutRedis)
  const nodes = await backend.openNodes(history.failures)
  try {
    await allUp(nodes)
    return await breakAndJudge(options, { backend, nodes, history, progress })
  } finally {
    await Promise.all(nodes.map((node) => node.close()))
    await backend.close()
  }
}

interface Context {
  backend: Backend
  nodes: readonly Node[]
  history: History
  progress: Progress
}

async function breakAndJudge(options: Options, { backend, nodes, history, progress }: Context): Promise<Outcome> {
  const random = new Random(options.seed)
  const url = nodes[0]?.url ?? ''
  const made = await Promise.all(Array.from({ length: POLLS }, () => createPoll(url)))
  const coded = await createPoll(url, { voteMode: 'code' })
  const polls = [...made, coded].map(({ poll }) => poll)
  const codes = new Map([[coded.poll.id, await issueCodes(url, coded)]])
  const host = await HostClient.open(nodes, history)
  const voters = new VotingClients(nodes, [...polls, ...host.polls], history, codes)
  const streams = new StreamClients(nodes, history)
  const injected = new Map<Kind, number>()
  const onFault = (fault: Fault) => {
    injected.set(fault.what, (injected.get(fault.what) ?? 0) + 1)
    progress.say(describe(fault), `${history.acknowledged} votes, ${history.frames} frames`)
  }
  const voting = voters.run(options.voters, random.fork())
  const streaming = streams.run(options.streams, voters.pollIds, random.fork())
  const faults = schedule(options.seed, options.seconds, backend.setup)
  const breaking = injectFaults(faults, { servers: backend.servers, nodes, voters, streams }, onFault)
  // Each is awaited below, which reports its error.
  const hosting = host.run(random.fork())
  for (const work of [voting, streaming, breaking, hosting]) work.catch(() => {})

  // The last faults meet no votes: what a stream misses then is brought by no later vote.
  await Promise.race([pause(options.seconds * 1000 * VOTING_SHARE), breaking, voting, streaming])
  voters.stop()
  host.stop()
  await Promise.all([breaking, voting, hosting])

  progress.say('no faults any more: waiting for convergence')
  await allUp(nodes)
  const observed = { backend, nodes, pollIds: voters.pollIds, streams: streams.observers, history }
  const { milliseconds } = await convergence(observed)
  await host.openAll(random.fork(), LAST_VOTES_TIMEOUT_MS)
  await voters.voteOnEach(random.fork(), LAST_VOTES_TIMEOUT_MS)
  const { stored } = await convergence(observed)
  streams.stop()
  await streaming
  const [key] = await backend.query<{ value: string }>("SELECT value FROM setting WHERE name = 'voter-key'")
  const plain = stored.filter(({ id }) => !history.hosted.has(id))
  const landed = judge(history, plain, key?.value ?? '')
  judgeRounds(history, await storedRounds(backend, [...history.hosted]), key?.value ?? '')
  await Promise.all(nodes.map((node) => node.end()))
  return { injected, hosted: host.done, streams: options.streams, landed, convergedMs: milliseconds }
}

function describe({ at, what, node }: Fault): string {
  const where = node === undefined ? '' : ` (node ${node + 1})`
  return `${(at / 1000).toFixed(1)} s: ${what}${where}`
}
