import { setTimeout as pause } from 'node:timers/promises'
import { routes } from '@pollcast/shared/routes'
import { AttackConnection } from './support/attack-connection.ts'
import type { Attack } from './support/attack-context.ts'
import type { AttackedPoll, AttackedServer } from './support/attacked-server.ts'
import { Bystander } from './support/bystander.ts'
import { PeakMemory } from './support/peak-memory.ts'
import { get, JSON_TYPE, request } from './support/requests.ts'

const CLIENTS = 5000
const ADDRESSES = 10
/** Milliseconds. */
const HOLD_MS = 15_000
const MAX_MEMORY_MB = 150

/** Many slow clients at a time, which reconnect when they are cut off. What they hold must not be missing for others. */
export const crowd: Attack = {
  name: 'crowd',
  about: `${CLIENTS.toLocaleString('en')} slow clients from ${ADDRESSES} addresses, which reconnect when they are cut off`,
  async run(context) {
    const server = await context.open()
    const poll = await server.createPoll()
    const bystander = await Bystander.start(server)
    const memory = new PeakMemory(server)
    const openings = slowOpenings(server, poll)
    let over = false
    const clients = Array.from({ length: CLIENTS }, async (_, index) => {
      const from = `127.0.1.${1 + (index % ADDRESSES)}`
      while (!over) {
        const connection = new AttackConnection(server, { keep: false, from })
        // The clients with the most answers to read read nothing.
        if (index % openings.length === openings.length - 1) connection.pause()
        connection.send(openings[index % openings.length] ?? '')
        await connection.until(() => over || connection.how !== undefined, HOLD_MS)
        connection.leave()
        await pause(200)
      }
    })
    context.say('holding')
    await pause(HOLD_MS)
    const { verdict } = context
    await bystander.judge(verdict)
    verdict.atMost('memory grows', server.running ? memory.stop() : Number.NaN, MAX_MEMORY_MB, 'MB')
    over = true
    await server.end()
    await Promise.all(clients)
  },
}

function slowOpenings(server: AttackedServer, { id }: AttackedPoll): string[] {
  const body = { ...JSON_TYPE, 'Content-Length': '30000' }
  return [
    '',
    `GET ${routes.polls} HTTP/1.1\r\nHost: a\r\nX-Long: ${'x'.repeat(8000)}`,
    `${request(server, 'POST', routes.votes(id), body)}{"choiceIds":[${'1,'.repeat(5000)}`,
    `${request(server, 'POST', routes.polls, body)}{`,
    request(server, 'GET', routes.listPage, body),
    get(server, routes.polls).repeat(2000),
  ]
}
