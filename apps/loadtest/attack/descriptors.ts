import { setTimeout as pause } from 'node:timers/promises'
import { routes } from '@pollcast/shared/routes'
import { AttackConnection, ask } from './support/attack-connection.ts'
import type { Attack, AttackContext } from './support/attack-context.ts'
import type { AttackedPoll, AttackedServer } from './support/attacked-server.ts'
import { Bystander } from './support/bystander.ts'
import { get } from './support/requests.ts'

const OPEN_FILES = 300
const CONNECTIONS = 1200
/** Milliseconds for which connections are kept open. */
const HOLD_MS = 4000
/** Floods of connections that are closed after a moment. */
const WAVES = 4
const WAVE_MS = 50
/** Milliseconds after a flood in which the server has to answer again, without those that others had the CPU. */
const RECOVERY_MS = 10_000
/** For which it is waited on a busy machine. */
const WAIT_MS = 60_000
const AFTERWARDS = 20

/** More connections than the server may have open files. */
export const descriptors: Attack = {
  name: 'descriptors',
  about: `${CONNECTIONS.toLocaleString('en')} connections to a server that may have ${OPEN_FILES} open files, with and without WORKERS`,
  async run(context) {
    for (const workers of [1, 2]) await run(context, workers)
  },
}

async function run(context: AttackContext, workers: number): Promise<void> {
  const { verdict } = context
  const name = `WORKERS=${workers}`
  const server = await context.open({ openFiles: OPEN_FILES, environment: { WORKERS: String(workers) } })
  const poll = await server.createPoll()
  // Clients that were connected before the flood must not lose their connections.
  const bystander = await Bystander.start(server, { keepAlive: true })
  await pause(1000)
  const before = server.output.length

  context.say(`${name}: connections that stay open`)
  const open = flood(server, poll)
  await pause(HOLD_MS)
  const { failures } = await bystander.stop()
  for (const connection of open) connection.leave()
  verdict.none(`failed requests of clients connected before (${name})`, failures)
  await judgeRecovery(context, server, `open, ${name}`)

  context.say(`${name}: connections that come and go`)
  for (let wave = 0; wave < WAVES; wave += 1) {
    const short = flood(server, poll)
    await pause(WAVE_MS)
    for (const connection of short) connection.reset()
  }
  await judgeRecovery(context, server, `short, ${name}`)

  const lines = server.output.slice(before).split('\n').filter(Boolean)
  verdict.atLeast(`lines of the log about it (${name})`, lines.length, 1)
  // One line of each process for each flood.
  verdict.atMost(`lines of the log about it (${name})`, lines.length, 2 * (workers + 1))
  await server.end()
}

/** Connections without a request, with half a request, with a stream and with a request. */
function flood(server: AttackedServer, { id }: AttackedPoll): AttackConnection[] {
  const sent = ['', `GET ${routes.polls} HTTP/1.1\r\nHost: `, get(server, routes.stream(id)), get(server, routes.polls)]
  return Array.from({ length: CONNECTIONS }, (_, index) => {
    return new AttackConnection(server, { keep: false }).send(sent[index % sent.length] ?? '')
  })
}

async function judgeRecovery({ verdict }: AttackContext, server: AttackedServer, name: string): Promise<void> {
  const start = performance.now()
  const schedule = server.schedule
  const answers = async () => {
    const [answer] = await ask(server, get(server, routes.polls), { milliseconds: WAIT_MS })
    return answer?.status === 200
  }
  let recovered = Number.NaN
  while (Number.isNaN(recovered) && performance.now() - start < WAIT_MS) {
    if (await answers()) recovered = Math.round((performance.now() - start) * server.shareOfCpu(schedule))
    else await pause(100)
  }
  const all = await Promise.all(Array.from({ length: AFTERWARDS }, answers))
  verdict.atMost(`answers again after (${name})`, recovered, RECOVERY_MS, 'ms')
  verdict.equal(`of ${AFTERWARDS} later requests, answered (${name})`, all.filter(Boolean).length, AFTERWARDS)
}
