import { setTimeout as pause } from 'node:timers/promises'
import { routes } from '@pollcast/shared/routes'
import { Failures } from '../processes/failures.ts'
import type { Progress } from '../processes/progress.ts'
import { usageOf } from '../processes/usage.ts'
import { STREAM_TIMEOUT_MS } from './clock.ts'
import { measureFanOut } from './fan-out.ts'
import { LoadedPoll } from './loaded-poll.ts'
import type { Options } from './options.ts'
import type { Result } from './result.ts'
import { measureStorm } from './storm.ts'
import type { StreamAddress } from './stream-reader.ts'
import { StreamReaders } from './stream-readers.ts'
import type { Base, Target } from './target.ts'
import { streamRequest } from './vote-connection.ts'
import { VoteLoad } from './vote-load.ts'

/** What the phases of one load share. */
export interface Load {
  target: Target
  options: Options
  polls: LoadedPoll[]
  addresses: StreamAddress[]
  readers: StreamReaders
  failures: Failures
  say(phase: string, detail?: string): void
}

/** Loads one target, from its first stream to its last. Rejects if that could not be done. */
export async function runLoad(target: Target, options: Options, progress: Progress): Promise<Result> {
  const { url } = target.bases[0] as Base
  const polls: LoadedPoll[] = []
  for (let poll = 0; poll < options.polls; poll += 1) polls.push(await LoadedPoll.create(url, options.stall > 0))
  const addresses = Array.from({ length: options.streams }, (_, index) => addressOf(index, target, polls))
  const readers = new StreamReaders(addresses)
  const say = (phase: string, detail?: string) => progress.say(`${target.name}: ${phase}`, detail)
  const load: Load = { target, options, polls, addresses, readers, failures: new Failures(), say }
  try {
    const before = usageOf(target.pids)
    const openedMs = await open(load)
    // Garbage of opening the streams is not what a stream costs.
    await pause(500)
    const idle = usageOf(target.pids)
    const fanOut = await measureFanOut(load)
    const { peakMb, grownMb, storm, stalled } = await measureStorm(load)
    await closing(load)

    const { streams } = options
    const memory =
      before && idle
        ? {
            beforeMb: before.memoryMb,
            perIdleStreamKb: ((idle.memoryMb - before.memoryMb) * 1024) / streams,
            peakMb,
            grownInStormMb: grownMb,
          }
        : undefined
    return { name: target.name, streams, openedMs, fanOut, storm, memory, stalled, failures: load.failures.all }
  } finally {
    await readers.close()
  }
}

/** Streams are spread evenly over the addresses, and on each over the polls. */
function addressOf(index: number, { bases }: Target, polls: readonly LoadedPoll[]): StreamAddress {
  const { host, port, authority } = bases[index % bases.length] as Base
  const poll = Math.floor(index / bases.length) % polls.length
  const request = streamRequest(authority, routes.stream(polls[poll]?.id as string))
  return { index, poll, host, port, request }
}

async function open({ readers, options, polls, say }: Load): Promise<number> {
  const reporting = setInterval(() => say('opening streams,', `${readers.showing} of ${options.streams} so far`), 100)
  try {
    const start = await readers.open()
    const end = await readers.reach(
      polls.map(() => 0),
      STREAM_TIMEOUT_MS,
    )
    if (end === undefined || readers.showing < options.streams) {
      throw new Error(`Only ${readers.showing} of ${options.streams} streams opened: ${await readers.breakage()}`)
    }
    return end - start
  } finally {
    clearInterval(reporting)
  }
}

/** Casts a last vote on each poll. Every stream's frame of it is parsed, and compared with the answer to the vote. */
async function closing({ target, polls, readers, failures, say }: Load): Promise<void> {
  say('checking every stream')
  const voters = new VoteLoad(target.bases, polls, 1)
  const snapshots: unknown[] = []
  await readers.record()
  for (const _ of polls) {
    const taken = await voters.vote()
    if (taken) snapshots[taken.index] = taken.snapshot()
  }
  voters.close()
  failures.add(voters.failures)
  polls.forEach(({ acknowledged }, index) => {
    const counted = (snapshots[index] as { totalVotes?: number } | undefined)?.totalVotes
    if (counted !== acknowledged) failures.note(`a poll with ${acknowledged} votes acknowledged and ${counted} counted`)
  })
  await readers.reach(
    polls.map(({ acknowledged }) => acknowledged),
    STREAM_TIMEOUT_MS,
  )
  for (const fault of await readers.verify(snapshots)) failures.note(`a stream: ${fault}`)
}
