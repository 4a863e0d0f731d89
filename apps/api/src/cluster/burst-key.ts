import type { BurstNumbers } from '../lib/burst-numbers.ts'
import { type Channel, listen, post } from './ipc.ts'

interface BurstKey {
  key: string
}

/** A burst has one number, whichever worker of a pool its votes reach: the key goes from the primary's memory to theirs. */
export function shareBurstKey(worker: Channel, key: string): void {
  listen(worker, 'burst-key', () => void post(worker, 'burst-key', { key } satisfies BurstKey).catch(() => {}))
}

export function followBurstKey(primary: Channel, bursts: BurstNumbers): void {
  listen<BurstKey>(primary, 'burst-key', ({ key }) => {
    bursts.key = key
  })
  post(primary, 'burst-key', {}).catch(() => {})
}
