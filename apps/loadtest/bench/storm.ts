import { usageOf } from '../processes/usage.ts'
import { now, STREAM_TIMEOUT_MS } from './clock.ts'
import type { Load } from './load.ts'
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

/** Casts votes at a rate while all streams are read, or all but the stalled ones, and measures what tabs show. */
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
  const reporting = setInterval(() => {
    const passed = ((now() - start) / 1000).toFixed(0)
    say('storm,', `${sum(polls) - acknowledgedBefore} votes acknowledged, second ${passed} of ${seconds}`)
  }, 100)

  const { offered, acknowledgedPerSecond, waits, lastSentAt } = await voters.storm(rate, seconds)
  const last = polls.map(({ acknowledged }) => acknowledged)
  const convergedAt = stall < streams ? await readers.reach(last, STREAM_TIMEOUT_MS) : undefined
  clearInterval(reporting)
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

/** Has stalled streams read again: they get what the kernel had buffered, and then the newest snapshot. */
async function resume({ options, readers, failures, say }: Load, last: number[], before: number) {
  const { stall } = options
  say('letting stalled streams read again')
  await readers.stall(0)
  const caughtUp = (await readers.reach(last, STREAM_TIMEOUT_MS)) !== undefined
  if (!caughtUp) failures.note('streams that read again did not get the newest snapshot')
  const { first } = await readers.frames(stall)
  return { streams: stall, framesPerStream: (first - before) / stall, caughtUp }
}

const sum = (polls: readonly LoadedPoll[]) => polls.reduce((votes, { acknowledged }) => votes + acknowledged, 0)
