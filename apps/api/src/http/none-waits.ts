import type { Server } from 'node:http'

/** Milliseconds for which connections that keep coming are waited for. */
const PATIENCE = 1000
/** Milliseconds that a turn may take in which none is to have come since it looked. */
const QUICK_TURN = 1

/** Looks for connections; resolves with whether those that were there when it began have all been told of by now. */
export type Look = () => Promise<boolean>

/**
 * Resolves when no connection waits to be accepted: the system would reset those when the server stops listening. A
 * look that brought none has left none. Stop in the same turn.
 */
export async function noneWaits(server: Server, look: Look = quickTurn): Promise<void> {
  let came = true
  const note = () => {
    came = true
  }
  server.on('connection', note)
  const end = performance.now() + PATIENCE
  while (came && performance.now() < end) {
    came = false
    if (!(await look())) came = true
  }
  server.off('connection', note)
}

/** The event loop looks once in a turn, early in it: one that is over quickly has left no time for another to come. */
async function quickTurn(): Promise<boolean> {
  // The turn that this is called in may have looked long ago.
  await turn()
  const begun = performance.now()
  await turn()
  return performance.now() - begun < QUICK_TURN
}

const turn = () => new Promise((resolve) => setImmediate(resolve))
