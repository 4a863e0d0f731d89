import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export type Answer = (res: ServerResponse, req: IncomingMessage) => void

/** A server on a port of its own; how it answers may be changed at any time. */
export async function serve(answer: Answer) {
  const served = { url: '', requests: 0, answer, close }
  const server = createServer((req, res) => {
    served.requests++
    served.answer(res, req)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  served.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return served

  async function close(): Promise<void> {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
}

export type Served = Awaited<ReturnType<typeof serve>>

/** Answers with JSON, or with what else the status calls for. */
export function json(res: ServerResponse, status: number, body: object): void {
  const type = status < 400 ? 'application/json' : 'application/problem+json'
  res.writeHead(status, { 'Content-Type': type }).end(JSON.stringify(body))
}

/** Lets the event loop turn, which is all that a request to this same process needs. */
export async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise(setImmediate)
}
