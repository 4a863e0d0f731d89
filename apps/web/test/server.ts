import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export type Answer = (res: ServerResponse, req: IncomingMessage) => void

/** A server on a free port. Set `answer` to change how it answers from then on. */
export async function startServer(answer: Answer) {
  const handle = { url: '', requests: 0, answer, close }
  const server = createServer((req, res) => {
    handle.requests++
    handle.answer(res, req)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  handle.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return handle

  async function close(): Promise<void> {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
}

export type TestServer = Awaited<ReturnType<typeof startServer>>

/** Answers with JSON, as problem+json if the status is an error. */
export function json(res: ServerResponse, status: number, body: object): void {
  const type = status < 400 ? 'application/json' : 'application/problem+json'
  res.writeHead(status, { 'Content-Type': type }).end(JSON.stringify(body))
}

/** Runs the event loop this many times, in which requests to a server in the same process make progress. */
export async function runEventLoop(times: number): Promise<void> {
  for (let run = 0; run < times; run++) await new Promise(setImmediate)
}
