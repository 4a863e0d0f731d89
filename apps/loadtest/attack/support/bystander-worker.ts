import { once } from 'node:events'
import { Agent, type IncomingMessage, type RequestOptions, request } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import { routes } from '@pollcast/shared/routes'
import type { AttackedPoll } from './attacked-server.ts'

export interface BystanderData {
  port: number
  poll: AttackedPoll
  keepAlive: boolean
}

/** How a bystander was served. */
export interface Experience {
  /** Milliseconds that each request waited for its answer, or in vain. */
  waits: number[]
  /** Requests that were answered with 503 and Retry-After. */
  refused: number
  /** Errors of the requests that were not served. */
  failures: string[]
  /** Acknowledged votes that its stream has not shown at the end. */
  unseen: number
}

/** Milliseconds between two reads, and between two votes, whether or not the previous one is answered. */
const EVERY = 250
/** Long, as a busy machine may take: how long it took is judged without what others took of it. */
const TIMEOUT = 120_000
/** Milliseconds in which the stream has to show the last vote. */
const SHOW_MS = 3000
/** The attack comes from 127.0.0.1. */
const ADDRESS = '127.0.0.2'

const { port, poll, keepAlive } = workerData as BystanderData
// One connection for reads and one for votes. With keepAlive, no others are opened.
const agent = new Agent(keepAlive ? { keepAlive, maxSockets: 2 } : {})
const experience: Experience = { waits: [], refused: 0, failures: [], unseen: 0 }
let acknowledged = 0
let shown = 0

function send(options: RequestOptions, body?: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers = body === undefined ? {} : { 'Content-Type': 'application/json', 'Content-Length': body.length }
    request({ host: '127.0.0.1', port, localAddress: ADDRESS, headers, ...options }, resolve)
      .on('error', reject)
      .end(body)
  })
}

async function measured(method: string, path: string, body?: string): Promise<void> {
  const start = performance.now()
  try {
    const answer = await send({ method, path, agent, signal: AbortSignal.timeout(TIMEOUT) }, body)
    answer.resume()
    await once(answer, 'end')
    const { statusCode: status = 0, headers } = answer
    if (status === 503 && headers['retry-after'] !== undefined) experience.refused += 1
    else if (status !== 200 && status !== 201) experience.failures.push(`${method} was answered with ${status}`)
    else if (method === 'POST') acknowledged += 1
  } catch (error) {
    const { name, code, message } = error as NodeJS.ErrnoException
    experience.failures.push(
      name === 'AbortError' ? `${method} had no answer within ${TIMEOUT / 1000} s` : `${method}: ${code ?? message}`,
    )
  }
  experience.waits.push(performance.now() - start)
}

async function watch(): Promise<void> {
  const stream = await send({ path: routes.stream(poll.id), agent: false })
  stream.setEncoding('utf8').on('data', (text: string) => {
    for (const [, votes] of text.matchAll(/"totalVotes":(\d+)/g)) shown = Number(votes)
  })
  stream.on('error', () => {})
  stream.on('close', () => experience.failures.push('the stream was closed'))
}

await watch()
const pending = new Set<Promise<void>>()
const start = (work: Promise<void>) => {
  pending.add(work)
  work.then(() => pending.delete(work))
}
const timer = setInterval(() => {
  start(measured('GET', routes.poll(poll.id)))
  start(measured('POST', routes.votes(poll.id), JSON.stringify({ choiceIds: poll.choiceIds.slice(0, 1) })))
}, EVERY)
parentPort?.postMessage('ready')
await once(parentPort as NonNullable<typeof parentPort>, 'message')
clearInterval(timer)
await Promise.all(pending)
for (let waited = 0; shown < acknowledged && waited < SHOW_MS; waited += 50) await pause(50)
// More are shown if the answer to a vote got lost.
experience.unseen = Math.max(0, acknowledged - shown)
parentPort?.postMessage(experience)
