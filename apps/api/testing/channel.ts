import type { Channel } from '../src/cluster/ipc.ts'

type Listener = (message: unknown) => void

/** Both ends of a channel between two processes: what is sent at one end arrives at the other in a later turn. */
export function channelPair(): [Channel, Channel] {
  const [here, there] = [new Set<Listener>(), new Set<Listener>()]
  const end = (own: Set<Listener>, other: Set<Listener>): Channel => ({
    on: (_event, listener) => own.add(listener),
    off: (_event, listener) => own.delete(listener),
    send: (message, done) => {
      const text = JSON.stringify(message)
      setImmediate(() => {
        for (const listener of other) listener(JSON.parse(text))
        done(null)
      })
      return true
    },
  })
  return [end(here, there), end(there, here)]
}
