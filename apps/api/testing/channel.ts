import type { Channel } from '../src/workers/channel.ts'

/** Both ends of what connects two processes: what is sent at one is heard at the other, a turn later. */
export function channel(): [Channel, Channel] {
  const ears = [new Set<(message: unknown) => void>(), new Set<(message: unknown) => void>()] as const
  const end = (own: Set<(message: unknown) => void>, other: Set<(message: unknown) => void>): Channel => ({
    on: (_event, listener) => own.add(listener),
    off: (_event, listener) => own.delete(listener),
    send: (message, done) => {
      const text = JSON.stringify(message)
      setImmediate(() => {
        for (const ear of other) ear(JSON.parse(text))
        done(null)
      })
      return true
    },
  })
  return [end(ears[0], ears[1]), end(ears[1], ears[0])]
}
