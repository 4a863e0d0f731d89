import type { Server } from 'node:http'

/** How long to go on while new connections keep coming. */
const DRAIN_TIMEOUT_MS = 1000
/** A turn of the event loop this short leaves no time for another connection after it has looked for them. */
const SHORT_TURN_MS = 1

/** Accepts what waits; resolves with whether all connections that waited when it was called have been accepted. */
export type AcceptWaiting = () => Promise<boolean>

/** Rounds in a row that have to bring none: a pool's primary may answer the first before it has looked for connections. */
const QUIET_ROUNDS = 2

/**
 * Resolves when no connection waits to be accepted: the system would reset those when the server stops listening. Stop
 * listening in the same turn of the event loop.
 */
export async function drainBacklog(server: Server, acceptWaiting: AcceptWaiting = shortTurn): Promise<void> {
  let came = false
  const note = () => {
    came = true
  }
  server.on('connection', note)
  const end = performance.now() + DRAIN_TIMEOUT_MS
  for (let quiet = 0; quiet < QUIET_ROUNDS && performance.now() < end; ) {
    came = false
    const isDone = await acceptWaiting()
    quiet = isDone && !came ? quiet + 1 : 0
  }
  server.off('connection', note)
}

/** The event loop accepts once in a turn, early in it: a turn that is over quickly has left no time for another. */
async function shortTurn(): Promise<boolean> {
  // The turn in which this is called may have accepted long ago.
  await turn()
  const begun = performance.now()
  await turn()
  return performance.now() - begun < SHORT_TURN_MS
}

const turn = () => new Promise((resolve) => setImmediate(resolve))
