import { setTimeout as pause } from 'node:timers/promises'
import { createdPollSchema, type Poll } from '@pollcast/shared/poll'
import { routes } from '@pollcast/shared/routes'
import type { Progress } from '../processes/progress.ts'
import { carryOut } from './carry-out.ts'
import { ending } from './ending.ts'
import type { History } from './history.ts'
import type { Node } from './node.ts'
import { allUp, openNodes } from './nodes.ts'
import type { Options } from './options.ts'
import { Random } from './random.ts'
import { type Fault, type Kind, schedule } from './schedule.ts'
import { Servers } from './servers.ts'
import { Streams } from './streams.ts'
import { judge } from './verdict.ts'
import { Voters } from './voters.ts'

const POLLS = 4
const CHOICES = ['a', 'b', 'c', 'd']

/** The part of a run in which there are votes. */
const VOTING = 0.9

/** Milliseconds in which, when all is over, a vote on every poll is taken. */
const LAST_VOTES = 30_000

export interface Outcome {
  done: ReadonlyMap<Kind, number>
  streams: number
  /** Of the votes of which nothing was heard, those that are counted. */
  landed: number
  agreedMs: number
}

/** One run, from the first start to the verdict. */
export async function run(options: Options, history: History, progress: Progress): Promise<Outcome> {
  progress.say('starting three nodes')
  const servers = await Servers.open(!options.withoutRedis)
  const nodes = await openNodes(servers, history.faults)
  try {
    await allUp(nodes)
    return await hold(options, { servers, nodes, history, progress })
  } finally {
    await Promise.all(nodes.map((node) => node.close()))
    await servers.close()
  }
}

interface Scene {
  servers: Servers
  nodes: readonly Node[]
  history: History
  progress: Progress
}

/** Votes, watches and breaks things, and sees what holds. */
async function hold(options: Options, { servers, nodes, history, progress }: Scene): Promise<Outcome> {
  const random = new Random(options.seed)
  const polls = await Promise.all(Array.from({ length: POLLS }, () => createPoll(nodes[0]?.url ?? '')))
  const voters = new Voters(nodes, polls, history)
  const streams = new Streams(nodes, history)
  const done = new Map<Kind, number>()
  const onFault = (fault: Fault) => {
    done.set(fault.what, (done.get(fault.what) ?? 0) + 1)
    progress.say(inWords(fault), `${history.acknowledged} votes, ${history.frames} frames`)
  }
  const voting = voters.run(options.voters, random.fork())
  const watching = streams.run(options.streams, voters.pollIds, random.fork())
  const plan = schedule(options.seed, options.seconds, servers.means)
  const breaking = carryOut(plan, { servers, nodes, voters, streams }, onFault)
  // Each is waited for below, and what it rejects with is told of there.
  for (const work of [voting, watching, breaking]) work.catch(() => {})

  // The last faults meet no votes: what they took from a stream no later vote brings.
  await Promise.race([pause(options.seconds * 1000 * VOTING), breaking, voting, watching])
  voters.stop()
  await Promise.all([breaking, voting])

  progress.say('all over: waiting for the newest everywhere')
  await allUp(nodes)
  const watched = { servers, nodes, pollIds: voters.pollIds, streams: streams.witnesses, history }
  const { milliseconds } = await ending(watched)
  await voters.voteLast(random.fork(), LAST_VOTES)
  const { stored } = await ending(watched)
  streams.stop()
  await watching
  const landed = judge(history, stored)
  await Promise.all(nodes.map((node) => node.end()))
  return { done, streams: options.streams, landed, agreedMs: milliseconds }
}

function inWords({ at, what, node }: Fault): string {
  const where = node === undefined ? '' : ` (node ${node + 1})`
  return `${(at / 1000).toFixed(1)} s: ${what}${where}`
}

async function createPoll(url: string): Promise<Poll> {
  const answer = await fetch(url + routes.polls, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ question: 'What will hold?', choices: CHOICES }),
  })
  return createdPollSchema.parse(await answer.json()).poll
}
