import { usageOf } from '../processes/usage.ts'
import { now } from './clock.ts'
import { type Load, PATIENCE } from './load.ts'
import type { LoadedPoll } from './loaded-poll.ts'
import { percentiles } from './percentiles.ts'
import type { Result } from './result.ts'
import { Samples } from './samples.ts'
import { VoteLoad } from './vote-load.ts'

interface Measured {
  storm: Result['storm']
  stalled: Result['stalled']
  peakMb: number
  grownMb: number
}

/** Votes at a rate while every stream watches, or while some have stopped reading, and what tabs show of them. */
export async function measureStorm(load: Load): Promise<Measured> {
  const { target, options, polls, addresses, readers, failures, say } = load
  const { stall, streams, seconds, rate } = options
  const voters = new VoteLoad(target.bases, polls, options.connections)
  await readers.stall(stall)
  const framesBefore = await readers.frames(stall)
  const before = usageOf(target.pids)
  const cpu = process.cpuUsage()
  const start = now()
  const pollOf = addresses.map(({ poll }) => polls[poll] as LoadedPoll)
  const samples = new Samples(readers, pollOf, stall, target.pids)
  const acknowledgedBefore = sum(polls)
  const looking = setInterval(() => {
    const passed = ((now() - start) / 1000).toFixed(0)
    say('storm,', `${sum(polls) - acknowledgedBefore} votes acknowledged, second ${passed} of ${seconds}`)
  }, 100)

  const { offered, acknowledgedPerSecond, waits, lastSentAt } = await voters.storm(rate, seconds)
  const last = polls.map(({ acknowledged }) => acknowledged)
  const convergedAt = stall < streams ? await readers.reach(last, PATIENCE) : undefined
  clearInterval(looking)
  samples.stop()
  const after = usageOf(target.pids)
  const { user, system } = process.cpuUsage(cpu)
  const lasted = now() - start
  voters.close()
  failures.add(voters.failures)
  const frames = await readers.frames(stall)
  const peakMb = Math.max(samples.peakMb, after?.memoryMb ?? 0)

  return {
    storm: {
      offeredPerSecond: offered,
      acknowledgedPerSecond,
      acknowledged: percentiles(waits),
      age: percentiles(samples.ages),
      convergedMs: convergedAt && convergedAt - lastSentAt,
      framesPerStream: (frames.others - framesBefore.others) / Math.max(streams - stall, 1),
      cpuPercent: before && after && ((after.cpuSeconds - before.cpuSeconds) * 1e5) / lasted,
      loadCpuPercent: (user + system) / 10 / lasted,
    },
    peakMb,
    grownMb: peakMb - (before?.memoryMb ?? 0),
    stalled: stall > 0 ? await resume(load, last, framesBefore.first) : undefined,
  }
}

/** Those that stopped read again: what they get is what the kernel kept for them, and then the newest. */
async function resume({ options, readers, failures, say }: Load, last: number[], before: number) {
  const { stall } = options
  say('letting stalled streams read again')
  await readers.stall(0)
  const caughtUp = (await readers.reach(last, PATIENCE)) !== undefined
  if (!caughtUp) failures.note('streams that read again did not get the newest snapshot')
  const { first } = await readers.frames(stall)
  return { streams: stall, framesPerStream: (first - before) / stall, caughtUp }
}

const sum = (polls: readonly LoadedPoll[]) => polls.reduce((votes, { acknowledged }) => votes + acknowledged, 0)
