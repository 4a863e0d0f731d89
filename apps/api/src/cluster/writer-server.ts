import { type Channel, listen, post } from './ipc.ts'
import { type Call, encodeResults } from './writer-protocol.ts'

/**
 * Lets the workers of a pool call the commands of the one writer (writer-client.ts). SQLite has one writer at a time: if one
 * process writes for all workers, their votes share transactions, and no vote waits for a lock that may go to others first.
 */
export function serveWriter(worker: Channel, writer: object): void {
  listen<Call[]>(worker, 'writer', async (calls) => {
    const settled = await Promise.allSettled(calls.map((call) => run(writer, call)))
    const send = (results: typeof settled) => post(worker, 'writer', encodeResults(results))
    await send(settled)
      .catch((reason) => send(settled.map(() => ({ status: 'rejected', reason }))))
      // A worker that has exited gets no answer. Its commands have run nevertheless.
      .catch(() => {})
  })
}

async function run(writer: object, { command, args }: Call): Promise<unknown> {
  const method: unknown = Reflect.get(writer, command)
  if (typeof method !== 'function') throw new TypeError(`The writer has no command "${command}"`)
  return method.apply(writer, args)
}
