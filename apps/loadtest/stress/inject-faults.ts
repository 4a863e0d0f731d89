import { setTimeout as pause } from 'node:timers/promises'
import type { ProxyServer } from '@pollcast/api/testing/proxy-server'
import type { Node } from './node.ts'
import type { Fault, Kind } from './schedule.ts'
import type { Servers } from './servers.ts'
import type { StreamClients } from './stream-clients.ts'
import type { VotingClients } from './voting-clients.ts'

/** Milliseconds between two cuts of a flapping connection: long enough for some votes to get through. */
const FLAP_INTERVAL_MS = 70

interface Targets {
  servers: Servers | undefined
  nodes: readonly Node[]
  voters: VotingClients
  streams: StreamClients
}

type Injection = (targets: Targets, fault: Fault, node: Node) => unknown

const injections: Record<Kind, Injection> = {
  'kill a node': (_, fault, node) => restart(node, node.kill(), fault),
  'end a node': (_, fault, node) => restart(node, node.end(), fault),
  'stop a node': (_, fault, node) => node.stop(fault.for),
  'kill the primary': (_, fault, node) => restart(node, node.killPrimary(), fault),
  'stop the primary': (_, fault, node) => node.stop(fault.for, 'primary'),
  'kill a worker': (_, fault, node) => node.killWorker(fault.worker ?? 0),
  'stop a worker': (_, fault, node) => node.stopWorker(fault.worker ?? 0, fault.for),
  "cut a node's PostgreSQL": (_, fault, node) => cutOff(node, flap, fault),
  "refuse a node's PostgreSQL": (_, fault, node) => cutOff(node, refuse, fault),
  "hold a node's PostgreSQL": (_, fault, node) => cutOff(node, hold, fault),
  "lose PostgreSQL's answers": (_, fault, node) => cutOff(node, loseAnswers, fault),
  "cut a node's Redis": (_, fault, { redis }) => redis && flap(redis, fault),
  "refuse a node's Redis": (_, fault, { redis }) => redis && refuse(redis, fault),
  "hold a node's Redis": (_, fault, { redis }) => redis && hold(redis, fault),
  "lose Redis's answers": (_, fault, { redis }) => redis && loseAnswers(redis, fault),
  'cut the votes to a node': ({ voters }, _, node) => voters.cut(node),
  'cut the streams on a node': ({ streams }, _, node) => streams.cut(node),
  'flush Redis': ({ servers, voters }) => servers?.flush(voters.pollIds),
  async 'restart Redis'({ servers }, fault) {
    await servers?.redis?.kill()
    await pause(fault.for)
    await servers?.redis?.start()
  },
  'restart PostgreSQL': ({ servers, nodes }, fault) => {
    const restarting = (async () => {
      await servers?.postgres?.kill()
      await pause(fault.for)
      await servers?.postgres?.start()
    })()
    return Promise.all(nodes.map((node) => node.cutOff.during(() => restarting)))
  },
}

/** Faults of whole servers wait for each other: starting and exiting take their time. */
const oneAtATime = (kind: Kind) => /^(kill|end|stop|restart) /.test(kind) && !kind.endsWith('a worker')

/**
 * Injects the faults at their times. Resolves when all of them are over. A server that is alone is left alone while it
 * starts, or on a slow machine it would never take a vote.
 *
 * @param onFault is called for each that is injected
 */
export async function injectFaults(
  faults: readonly Fault[],
  targets: Targets,
  onFault: (fault: Fault) => void,
): Promise<void> {
  const start = performance.now()
  const last = new Map<unknown, Promise<unknown>>()
  await Promise.all(
    faults.map(async (fault) => {
      await pause(start + fault.at - performance.now())
      const node = targets.nodes[fault.node ?? 0] as Node
      const inject = () => {
        if (targets.nodes.length === 1 && !node.up) return
        onFault(fault)
        return injections[fault.what](targets, fault, node)
      }
      if (!oneAtATime(fault.what)) return inject()
      const server = fault.node === undefined ? fault.what : node
      const done = (last.get(server) ?? Promise.resolve()).then(inject)
      last.set(server, done)
      return done
    }),
  )
}

async function restart(node: Node, exited: Promise<void>, fault: Fault): Promise<void> {
  await Promise.all([exited, pause(fault.for)])
  node.start()
}

function cutOff(node: Node, work: (proxy: ProxyServer, fault: Fault) => Promise<void>, fault: Fault): unknown {
  const { postgres } = node
  return postgres && node.cutOff.during(() => work(postgres, fault))
}

/** Closes connections again and again, a moment after they were opened. */
async function flap(proxy: ProxyServer, { for: length }: Fault): Promise<void> {
  for (const end = performance.now() + length; ; await pause(FLAP_INTERVAL_MS)) {
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

/** Requests get through and are carried out, and their answers are lost. */
async function loseAnswers(proxy: ProxyServer, { for: length }: Fault): Promise<void> {
  proxy.hold('answers')
  await pause(length)
  proxy.cut()
  proxy.hold('nothing')
}
