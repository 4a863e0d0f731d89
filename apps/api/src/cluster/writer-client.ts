import { CallQueue } from './call-queue.ts'
import { type Channel, listen, post } from './ipc.ts'
import { type Call, decodeResults, type Results } from './writer-protocol.ts'

/** What can be called in another process: methods that resolve with plain JSON data. */
type Commands<Writer> = { [Name in keyof Writer]: (...args: never[]) => Promise<unknown> }

/**
 * The writer, for a worker of a pool: each method runs in the one process that writes (writer-server.ts), and settles as
 * it does there. PollErrors arrive with all their fields, as plain PollErrors; other errors with their stack.
 */
export function writerClient<Writer extends Commands<Writer>>(channel: Channel): Writer {
  let onResults: (results: Results) => void = () => {}
  listen<Results>(channel, 'writer', (results) => onResults(results))
  const send = async (calls: Call[]) => {
    const results = await new Promise<Results>((resolve, reject) => {
      onResults = resolve
      post(channel, 'writer', calls).catch(reject)
    })
    return decodeResults(results)
  }
  const queue = new CallQueue(send)
  return new Proxy({} as Writer, {
    get(_, command) {
      // `await` asks any object for a `then`. There is no such command.
      if (typeof command !== 'string' || command === 'then') return undefined
      return (...args: unknown[]) => queue.add({ command, args })
    },
  })
}
