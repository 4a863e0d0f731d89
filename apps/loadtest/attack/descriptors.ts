import { setTimeout as pause } from 'node:timers/promises'
import { routes } from '@pollcast/shared/routes'
import type { AttackedPoll, AttackedServer } from './support/attacked-server.ts'
import { Bystander } from './support/bystander.ts'
import { ask, Connection } from './support/connection.ts'
import { get } from './support/requests.ts'
import type { Attack, Scene } from './support/scene.ts'

const OPEN_FILES = 300
const CONNECTIONS = 1200
/** Milliseconds that connections are held. */
const HELD = 4000
/** Those that come and go do so several times. */
const WAVES = 4
const SHORT = 50
/** Milliseconds after a flood in which all is well. */
const RECOVERED = 10_000
const AFTERWARDS = 20

/** More connections than the server may have open files. */
export const descriptors: Attack = {
  name: 'descriptors',
  about: `${CONNECTIONS.toLocaleString('en')} connections to a server that may have ${OPEN_FILES} open files, with and without WORKERS`,
  async run(scene) {
    for (const workers of [1, 2]) await run(scene, workers)
  },
}

async function run(scene: Scene, workers: number): Promise<void> {
  const { verdict } = scene
  const name = `WORKERS=${workers}`
  const server = await scene.open({ openFiles: OPEN_FILES, environment: { WORKERS: String(workers) } })
  const poll = await server.createPoll()
  // Who is there before the flood stays there.
  const bystander = await Bystander.start(server, { keepAlive: true })
  await pause(1000)
  const before = server.output.length

  scene.say(`${name}: connections that are held`)
  const held = flood(server, poll)
  await pause(HELD)
  const { failures } = await bystander.stop()
  for (const connection of held) connection.leave()
  verdict.none(`requests fail of others that were connected before (${name})`, failures)
  await judgeRecovery(scene, server, `held, ${name}`)

  scene.say(`${name}: connections that come and go`)
  for (let wave = 0; wave < WAVES; wave += 1) {
    const short = flood(server, poll)
    await pause(SHORT)
    for (const connection of short) connection.reset()
  }
  await judgeRecovery(scene, server, `short, ${name}`)

  const lines = server.output.slice(before).split('\n').filter(Boolean)
  verdict.atLeast(`lines of the log about it (${name})`, lines.length, 1)
  // One of each process for each of the floods.
  verdict.atMost(`lines of the log about it, at most (${name})`, lines.length, 2 * (workers + 1))
  await server.end()
}

/** Silent ones, ones with half a request, streams, and ones with a request. */
function flood(server: AttackedServer, { id }: AttackedPoll): Connection[] {
  const sent = ['', `GET ${routes.polls} HTTP/1.1\r\nHost: `, get(server, routes.stream(id)), get(server, routes.polls)]
  return Array.from({ length: CONNECTIONS }, (_, index) => {
    return new Connection(server, { keep: false }).send(sent[index % sent.length] ?? '')
  })
}

async function judgeRecovery({ verdict }: Scene, server: AttackedServer, name: string): Promise<void> {
  const start = performance.now()
  const answers = async () => {
    const [answer] = await ask(server, get(server, routes.polls), { milliseconds: 2000 })
    return answer?.status === 200
  }
  let recovered = Number.NaN
  while (Number.isNaN(recovered) && performance.now() - start < RECOVERED) {
    if (await answers()) recovered = Math.round(performance.now() - start)
    else await pause(100)
  }
  const all = await Promise.all(Array.from({ length: AFTERWARDS }, answers))
  verdict.atMost(`answers again after (${name})`, recovered, RECOVERED, 'ms')
  verdict.equal(`of ${AFTERWARDS} requests then answered (${name})`, all.filter(Boolean).length, AFTERWARDS)
}
