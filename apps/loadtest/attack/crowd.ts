import { setTimeout as pause } from 'node:timers/promises'
import { routes } from '@pollcast/shared/routes'
import type { AttackedPoll, AttackedServer } from './support/attacked-server.ts'
import { Bystander } from './support/bystander.ts'
import { Connection } from './support/connection.ts'
import { PeakMemory } from './support/peak-memory.ts'
import { get, JSON_TYPE, request } from './support/requests.ts'
import type { Attack } from './support/scene.ts'

const CLIENTS = 5000
const ADDRESSES = 10
/** Milliseconds. */
const HELD = 15_000
const MOST_MEMORY = 150

/**
 * Many slow clients at a time, who come again when they are cut off: what each of them holds for as long as it may must
 * not be what others need.
 */
export const crowd: Attack = {
  name: 'crowd',
  about: `${CLIENTS.toLocaleString('en')} slow clients from ${ADDRESSES} addresses, who come again when they are cut off`,
  async run(scene) {
    const server = await scene.open()
    const poll = await server.createPoll()
    const bystander = await Bystander.start(server)
    const memory = new PeakMemory(server)
    const openings = slowOpenings(server, poll)
    let over = false
    const clients = Array.from({ length: CLIENTS }, async (_, index) => {
      const from = `127.0.1.${1 + (index % ADDRESSES)}`
      while (!over) {
        const connection = new Connection(server, { keep: false, from })
        // Those with the most answers to read take none.
        if (index % openings.length === openings.length - 1) connection.pause()
        connection.send(openings[index % openings.length] ?? '')
        await connection.until(() => over || connection.how !== undefined, HELD)
        connection.leave()
        await pause(200)
      }
    })
    scene.say('holding')
    await pause(HELD)
    const { verdict } = scene
    await bystander.judge(verdict)
    verdict.atMost('memory grows', server.running ? memory.stop() : Number.NaN, MOST_MEMORY, 'MB')
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
