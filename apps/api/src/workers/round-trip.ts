import { type Channel, listen, post } from './channel.ts'

/**
 * Resolves when the other process has come by: what it had for this one before that has arrived. Rejects where it is gone.
 */
export function roundTrip(channel: Channel): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = listen(channel, 'round trip', () => {
      stop()
      resolve()
    })
    post(channel, 'round trip', {}).catch((error) => {
      stop()
      reject(error)
    })
  })
}

/** Comes by for whoever asks on this channel. */
export function answerRoundTrips(channel: Channel): void {
  listen(channel, 'round trip', () => void post(channel, 'round trip', {}).catch(() => {}))
}
