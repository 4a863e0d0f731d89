import type { MemoryRateCounter } from '../lib/rate-counter.ts'
import { type Channel, listen, post } from './ipc.ts'

/** A request to count: its key, and how many a minute are allowed. */
export type Charge = [key: string, perMinute: number]

/** What a worker sends. */
export interface Charges {
  id: number
  charges: Charge[]
}

/** Milliseconds to wait for each charge, in the same order; 0 for those that are allowed. */
export interface Waits {
  id: number
  waits: number[]
}

/** Counts for a worker of a pool: so a limit is the same however many workers there are. */
export function serveRateCounter(worker: Channel, counter: MemoryRateCounter): void {
  listen<Charges>(worker, 'rate-limits', ({ id, charges }) => {
    const waits = charges.map(([key, perMinute]) => counter.charge(key, perMinute))
    post(worker, 'rate-limits', { id, waits } satisfies Waits).catch(() => {})
  })
}
