import { setTimeout as pause } from 'node:timers/promises'
import type { ProxyServer } from '@pollcast/api/testing/proxy-server'
import type { Node } from './node.ts'
import type { Fault, Kind } from './schedule.ts'
import type { Servers } from './servers.ts'
import type { Streams } from './streams.ts'
import type { Voters } from './voters.ts'

/** Milliseconds between two cuts of a line that flaps: enough for some votes to get through. */
const FLAP = 70

interface Stage {
  servers: Servers
  nodes: readonly Node[]
  voters: Voters
  streams: Streams
}

type Act = (stage: Stage, fault: Fault, node: Node) => unknown

/** What each kind of fault is. */
const acts: Record<Kind, Act> = {
  async 'kill a node'(_, fault, node) {
    await node.kill()
    await pause(fault.for)
    node.start()
  },
  async 'end a node'(_, fault, node) {
    await Promise.all([node.end(), pause(fault.for)])
    node.start()
  },
  'stop a node': (_, fault, node) => node.stop(fault.for),
  "cut a node's PostgreSQL": (_, fault, node) => node.cutOff.during(() => cut(node.postgres, fault)),
  "refuse a node's PostgreSQL": (_, fault, node) => node.cutOff.during(() => refuse(node.postgres, fault)),
  "hold a node's PostgreSQL": (_, fault, node) => node.cutOff.during(() => hold(node.postgres, fault)),
  "lose PostgreSQL's answers": (_, fault, node) => node.cutOff.during(() => loseAnswers(node.postgres, fault)),
  "cut a node's Redis": (_, fault, { redis }) => redis && cut(redis, fault),
  "refuse a node's Redis": (_, fault, { redis }) => redis && refuse(redis, fault),
  "hold a node's Redis": (_, fault, { redis }) => redis && hold(redis, fault),
  "lose Redis's answers": (_, fault, { redis }) => redis && loseAnswers(redis, fault),
  'cut the votes to a node': ({ voters }, _, node) => voters.cut(node),
  'cut the streams on a node': ({ streams }, _, node) => streams.cut(node),
  'flush Redis': ({ servers, voters }) => servers.flush(voters.pollIds),
  async 'restart Redis'({ servers }, fault) {
    await servers.redis?.kill()
    await pause(fault.for)
    await servers.redis?.start()
  },
  'restart PostgreSQL': ({ servers, nodes }, fault) => {
    const restart = (async () => {
      await servers.postgres?.kill()
      await pause(fault.for)
      await servers.postgres?.start()
    })()
    return Promise.all(nodes.map((node) => node.cutOff.during(() => restart)))
  },
}

/** Does what the schedule says. Resolves when all of it is over. */
export async function carryOut(faults: readonly Fault[], stage: Stage, onFault: (fault: Fault) => void): Promise<void> {
  const start = performance.now()
  /** What is done to a process waits until what was done to it before is over: ends and starts take their time. */
  const turns = new Map<unknown, Promise<unknown>>()
  await Promise.all(
    faults.map(async (fault) => {
      await pause(start + fault.at - performance.now())
      onFault(fault)
      const node = stage.nodes[fault.node ?? 0] as Node
      const act = () => acts[fault.what](stage, fault, node)
      if (!/^(kill|end|stop|restart) /.test(fault.what)) return act()
      const process = fault.node === undefined ? fault.what : node
      const turn = (turns.get(process) ?? Promise.resolve()).then(act)
      turns.set(process, turn)
      return turn
    }),
  )
}

/** A line that flaps: connections are opened, and closed again a moment later. */
async function cut(proxy: ProxyServer, { for: length }: Fault): Promise<void> {
  for (const end = performance.now() + length; ; await pause(FLAP)) {
    proxy.cut()
    if (performance.now() >= end) return
  }
}

async function refuse(proxy: ProxyServer, { for: length }: Fault): Promise<void> {
  proxy.refuse()
  await pause(length)
  proxy.refuse(false)
}

async function hold(proxy: ProxyServer, { for: length }: Fault): Promise<void> {
  proxy.hold('all')
  await pause(length)
  proxy.hold('nothing')
}

/** What was asked is done, and nobody hears of it. */
async function loseAnswers(proxy: ProxyServer, { for: length }: Fault): Promise<void> {
  proxy.hold('answers')
  await pause(length)
  proxy.cut()
  proxy.hold('nothing')
}
