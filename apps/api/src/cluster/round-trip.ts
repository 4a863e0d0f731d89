import { randomUUID } from 'node:crypto'
import { within } from '../lib/time.ts'
import { type Channel, listen, post } from './ipc.ts'

interface Trip {
  id: string
}

/**
 * Resolves when the other process has come by: what it was told before has been done, and what it had for this one
 * before that has arrived. Rejects where it is gone, or takes longer than so many milliseconds.
 */
export async function roundTrip(channel: Channel, patience: number): Promise<void> {
  const id = randomUUID()
  let stop = () => {}
  const back = new Promise<void>((resolve, reject) => {
    // A late answer to somebody else must not be taken for this one's.
    stop = listen<Trip>(channel, 'round trip', (trip) => trip.id === id && resolve())
    post(channel, 'round trip', { id }).catch(reject)
  })
  await within(patience, back).finally(stop)
}

/** Comes by for whoever asks on this channel. */
export function answerRoundTrips(channel: Channel): void {
  listen<Trip>(channel, 'round trip', (trip) => void post(channel, 'round trip', trip).catch(() => {}))
}
