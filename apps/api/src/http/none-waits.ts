import type { Server } from 'node:http'

/** Milliseconds for which connections that keep coming are waited for. */
const PATIENCE = 250
/** Milliseconds that a turn may take in which none is to have come since it looked. */
const QUICK_TURN = 1

/**
 * Resolves when no connection waits to be accepted: the system would reset those when the server stops listening. A
 * quick turn of the event loop that brought none has left none. Stop in the same turn.
 */
export function noneWaits(server: Server): Promise<void> {
  const begun = performance.now()
  let turn = begun
  let came = false
  const note = () => {
    came = true
  }
  server.on('connection', note)
  return new Promise((resolve) => {
    const look = () => {
      const before = turn
      turn = performance.now()
      const isQuiet = !came && turn - before < QUICK_TURN
      if (isQuiet || turn - begun > PATIENCE) {
        server.off('connection', note)
        return resolve()
      }
      came = false
      setImmediate(look)
    }
    // The turn that this is called in may have looked for connections long ago.
    setImmediate(() => setImmediate(look))
  })
}
