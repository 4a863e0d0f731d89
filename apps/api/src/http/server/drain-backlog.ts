import type { Server } from 'node:net'

/** How long to go on if new connections keep coming. */
const DRAIN_TIMEOUT_MS = 1000
/** In a turn of the event loop as short as this, no connection is likely to have come after the accept. */
const SHORT_TURN_MS = 1

/** Resolves with whether all connections that waited when it was called have been accepted. */
export type AcceptWaiting = () => Promise<boolean>

/** Rounds in a row without a connection that end it: a pool's primary may answer the first before it has accepted any. */
const QUIET_ROUNDS = 2

/**
 * Resolves when no connection waits to be accepted: the kernel resets those that wait when the server stops listening.
 * To be followed by `server.close()` in the same turn of the event loop.
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

/** The event loop accepts early in each turn: after a short turn, hardly any time has passed since the last accept. */
async function shortTurn(): Promise<boolean> {
  // The accept of the current turn may be long ago.
  await turn()
  const begun = performance.now()
  await turn()
  return performance.now() - begun < SHORT_TURN_MS
}

const turn = () => new Promise((resolve) => setImmediate(resolve))
