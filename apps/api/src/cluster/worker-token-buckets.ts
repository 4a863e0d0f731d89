import type { MemoryTokenBuckets } from '../lib/token-buckets.ts'
import { type Channel, listen, post } from './ipc.ts'
import type { AskBuckets, Take } from './shared-token-buckets.ts'

/** What a worker sends. */
interface Takes {
  id: number
  takes: readonly Take[]
}

interface Waits {
  id: number
  waits: number[]
}

/** Keeps the buckets for a worker of a pool: so a limit is the same however many workers there are. */
export function serveTokenBuckets(worker: Channel, buckets: MemoryTokenBuckets): void {
  listen<Takes>(worker, 'token-buckets', ({ id, takes }) => {
    const waits = takes.map(([key, bucket, emptyMs]) =>
      emptyMs === undefined ? buckets.take(key, bucket) : buckets.empty(key, bucket, emptyMs),
    )
    post(worker, 'token-buckets', { id, waits } satisfies Waits).catch(() => {})
  })
}

/** A worker's way to the buckets in its pool's primary. */
export function askPrimary(channel: Channel): AskBuckets {
  let lastId = 0
  let onWaits: (waits: number[]) => void = () => {}
  listen<Waits>(channel, 'token-buckets', ({ id, waits }) => {
    if (id === lastId) onWaits(waits)
  })
  return (takes) => {
    lastId += 1
    return new Promise((resolve, reject) => {
      onWaits = resolve
      post(channel, 'token-buckets', { id: lastId, takes } satisfies Takes).catch(reject)
    })
  }
}
