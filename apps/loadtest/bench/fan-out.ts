import { setTimeout as pause } from 'node:timers/promises'
import { usageOf } from '../processes/usage.ts'
import { now, STREAM_TIMEOUT_MS } from './clock.ts'
import type { Load } from './load.ts'
import { percentiles } from './percentiles.ts'
import type { Result } from './result.ts'
import { VoteLoad } from './vote-load.ts'

const ROUNDS = 60

/** Casts one vote at a time, each once every stream of its poll has the one before. */
export async function measureFanOut(load: Load): Promise<Result['fanOut']> {
  const { target, options, polls, addresses, readers, failures, say } = load
  const voters = new VoteLoad(target.bases, polls, 1)
  const samples: number[] = []
  let deliveries = 0
  const before = usageOf(target.pids)
  const end = now() + options.seconds * 1000
  while (samples.length < ROUNDS && now() < end) {
    say('one vote at a time,', `${samples.length} of ${ROUNDS}`)
    const voted = voters.next
    const goal = polls.map(({ acknowledged }, index) => acknowledged + (index === voted ? 1 : 0))
    const reached = readers.reach(goal, STREAM_TIMEOUT_MS)
    const start = now()
    if (!(await voters.vote())) break
    const at = await reached
    if (at === undefined) {
      failures.note(`a vote that not every stream had after ${STREAM_TIMEOUT_MS / 1000} s`)
      break
    }
    samples.push(at - start)
    deliveries += addresses.filter(({ poll }) => poll === voted).length
    await pause(2)
  }
  const after = usageOf(target.pids)
  voters.close()
  failures.add(voters.failures)

  const times = percentiles(samples)
  const cpu = before && after ? (after.cpuSeconds - before.cpuSeconds) * 1e6 : undefined
  return times && { ...times, rounds: samples.length, cpuPerDeliveryUs: cpu && cpu / deliveries }
}
