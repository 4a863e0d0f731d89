import { createdPollSchema, type Poll } from '@pollcast/shared/poll'
import { routes } from '@pollcast/shared/routes'
import type { Progress } from '../bench/progress.ts'
import { carryOut } from './carry-out.ts'
import { ending } from './ending.ts'
import { History } from './history.ts'
import type { Options } from './options.ts'
import { Random } from './random.ts'
import { type Kind, schedule } from './schedule.ts'
import { Streams } from './streams.ts'
import { judge } from './verdict.ts'
import { Voters } from './voters.ts'
import { World } from './world.ts'

const POLLS = 4
const CHOICES = ['a', 'b', 'c', 'd']

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
    await carryOut(
      schedule(options.seed, options.seconds, world.means),
      { world, voters, streams },
      ({ at, what, node }) => {
        done.set(what, (done.get(what) ?? 0) + 1)
        const where = node === undefined ? '' : ` (node ${node + 1})`
        progress.say(
          `${(at / 1000).toFixed(1)} s: ${what}${where}`,
          `${history.acknowledged} votes, ${history.frames} frames`,
        )
      },
    )
    voters.stop()
    await voting
    progress.say('all over: waiting for the newest everywhere')
    await world.allUp()
    await voters.voteLast(random.fork(), LAST_VOTES)
    const { stored, milliseconds } = await ending(
      world.databaseUrl,
      voters.pollIds,
      world.nodes,
      streams.witnesses,
      history,
    )
    streams.stop()
    await watching
    const landed = judge(history, stored)
    await Promise.all(world.nodes.map((node) => node.end()))
    return { history, done, streams: options.streams, landed, agreedMs: milliseconds }
  } finally {
    await world.close()
  }
}

async function createPoll(url: string): Promise<Poll> {
  const answer = await fetch(url + routes.polls, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ question: 'What will hold?', choices: CHOICES }),
  })
  return createdPollSchema.parse(await answer.json()).poll
}
