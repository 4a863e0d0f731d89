import type { MemoryRateCounter } from '../lib/rate-counter.ts'
import { type Channel, listen, post } from './ipc.ts'

/** Requests that a worker wants counted: key, and how many a minute are allowed. */
export interface Charges {
  id: number
  charges: [key: string, perMinute: number][]
}

/** Milliseconds to wait for each of them, in their order; 0 for those that are allowed. */
export interface Waits {
  id: number
  waits: number[]
}

/** Counts for a worker of a pool, so that a limit is the same however many workers there are. */
export function serveRateCounter(worker: Channel, counter: MemoryRateCounter): void {
  listen<Charges>(worker, 'rate-limits', ({ id, charges }) => {
    const waits = charges.map(([key, perMinute]) => counter.charge(key, perMinute))
    post(worker, 'rate-limits', { id, waits } satisfies Waits).catch(() => {})
  })
}
