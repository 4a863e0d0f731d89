import { setTimeout as pause } from 'node:timers/promises'
import { routes } from '@pollcast/shared/routes'
import type { AttackedServer } from './support/attacked-server.ts'
import { Bystander } from './support/bystander.ts'
import { ask, Connection } from './support/connection.ts'
import { get } from './support/requests.ts'
import type { Attack, Scene } from './support/scene.ts'

const OPEN_FILES = 300
const CONNECTIONS = 1200
const HELD = 4000
/** Milliseconds after the flood in which all is well. */
const RECOVERED = 10_000
const AFTERWARDS = 20

/** More connections than the server may have open files. */
export const descriptors: Attack = {
  name: 'descriptors',
  about: `${CONNECTIONS} connections to a server that may have ${OPEN_FILES} open files, with and without WORKERS`,
  async run(scene) {
    for (const workers of [1, 2]) await run(scene, workers)
  },
}

async function run(scene: Scene, workers: number): Promise<void> {
  const { verdict } = scene
  const name = `WORKERS=${workers}`
  scene.say(name)
  const server = await scene.open({ openFiles: OPEN_FILES, environment: { WORKERS: String(workers) } })
  const poll = await server.createPoll()
  // Who is there before the flood stays there.
  const bystander = await Bystander.start(server, { keepAlive: true })
  await pause(1000)
  const before = server.output.length
  const sent = [
    '',
    `GET ${routes.polls} HTTP/1.1\r\nHost: `,
    get(server, routes.stream(poll.id)),
    get(server, routes.polls),
  ]
  const sockets = Array.from({ length: CONNECTIONS }, (_, index) => {
    return new Connection(server, { keep: false }).send(sent[index % sent.length] ?? '')
  })
  await pause(HELD)
  const { failures } = await bystander.stop()
  for (const socket of sockets) socket.leave()
  const { milliseconds, answered } = await recovery(server)
  verdict.none(`requests fail of others that are connected before (${name})`, failures)
  verdict.atMost(`answers again after (${name})`, milliseconds, RECOVERED, 'ms')
  verdict.equal(`of ${AFTERWARDS} requests then answered (${name})`, answered, AFTERWARDS)
  const lines = server.output.slice(before).split('\n').filter(Boolean)
  verdict.atLeast(`lines of the log about it (${name})`, lines.length, 1)
  verdict.atMost(`lines of the log about it, at most (${name})`, lines.length, workers + 1)
  await server.end()
}

async function recovery(server: AttackedServer): Promise<{ milliseconds: number; answered: number }> {
  const start = performance.now()
  const answers = async () => {
    const [answer] = await ask(server, get(server, routes.polls), { milliseconds: 2000 })
    return answer?.status === 200
  }
  let milliseconds = Number.NaN
  while (Number.isNaN(milliseconds) && performance.now() - start < RECOVERED) {
    if (await answers()) milliseconds = Math.round(performance.now() - start)
    else await pause(100)
  }
  if (Number.isNaN(milliseconds)) return { milliseconds, answered: 0 }
  const all = await Promise.all(Array.from({ length: AFTERWARDS }, answers))
  return { milliseconds, answered: all.filter(Boolean).length }
}
