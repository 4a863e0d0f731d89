import { setTimeout as pause } from 'node:timers/promises'
import { createdPollSchema, type Poll } from '@pollcast/shared/poll'
import { routes } from '@pollcast/shared/routes'
import type { Progress } from '../bench/progress.ts'
import { carryOut } from './carry-out.ts'
import { ending } from './ending.ts'
import { History } from './history.ts'
import type { Options } from './options.ts'
import { Random } from './random.ts'
import { type Fault, type Kind, schedule } from './schedule.ts'
import { Streams } from './streams.ts'
import { judge } from './verdict.ts'
import { Voters } from './voters.ts'
import { World } from './world.ts'

const POLLS = 4
const CHOICES = ['a', 'b', 'c', 'd']

/** The part of a run in which there are votes. */
const VOTING = 0.9

/** Milliseconds in which, when all is over, a vote on every poll is taken. */
const LAST_VOTES = 30_000

export interface Outcome {
  history: History
  done: ReadonlyMap<Kind, number>
  streams: number
  /** Of the votes of which nothing was heard, those that are counted. */
  landed: number
  agreedMs: number
}

/** One run, from the first start to the verdict. */
export async function run(options: Options, progress: Progress): Promise<Outcome> {
  const history = new History()
  progress.say('starting three nodes')
  const world = await World.open(!options.withoutRedis, history.faults)
  try {
    const random = new Random(options.seed)
    const polls = await Promise.all(Array.from({ length: POLLS }, () => createPoll(world.nodes[0]?.url ?? '')))
    const voters = new Voters(world.nodes, polls, history)
    const streams = new Streams(world.nodes, history)
    const voting = voters.run(options.voters, random.fork())
    const watching = streams.run(options.streams, voters.pollIds, random.fork())
    // Whatever breaks here is waited for below.
    for (const work of [voting, watching]) work.catch(() => {})

    const done = new Map<Kind, number>()
    const doing = carryOut(
      schedule(options.seed, options.seconds, world.means),
      { world, voters, streams },
      (fault) => {
        done.set(fault.what, (done.get(fault.what) ?? 0) + 1)
        progress.say(inWords(fault), `${history.acknowledged} votes, ${history.frames} frames`)
      },
    )
    // The last faults meet no votes: what they took from a stream no later vote brings.
    await pause(options.seconds * 1000 * VOTING)
    voters.stop()
    await Promise.all([doing, voting])
    progress.say('all over: waiting for the newest everywhere')
    await world.allUp()
    const { databaseUrl, nodes } = world
    const watched = { databaseUrl, nodes, pollIds: voters.pollIds, streams: streams.witnesses, history }
    const { milliseconds } = await ending(watched)
    await voters.voteLast(random.fork(), LAST_VOTES)
    const { stored } = await ending(watched)
    streams.stop()
    await watching
    const landed = judge(history, stored)
    await Promise.all(world.nodes.map((node) => node.end()))
    return { history, done, streams: options.streams, landed, agreedMs: milliseconds }
  } finally {
    await world.close()
  }
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
