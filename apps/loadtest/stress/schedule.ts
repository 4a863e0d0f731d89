import { Random } from '../processes/random.ts'

/** The faults of one server or its connections, with the shortest and longest time that they last, in milliseconds. */
const ofNodes = {
  'kill a node': [300, 3000],
  'end a node': [300, 3000],
  'stop a node': [200, 4000],
  "cut a node's PostgreSQL": [0, 1000],
  "refuse a node's PostgreSQL": [200, 4000],
  "hold a node's PostgreSQL": [200, 4000],
  "lose PostgreSQL's answers": [50, 2000],
  "cut a node's Redis": [0, 1000],
  "refuse a node's Redis": [200, 4000],
  "hold a node's Redis": [200, 4000],
  "lose Redis's answers": [50, 2000],
  'cut the votes to a node': [0, 0],
  'cut the streams on a node': [0, 0],
} as const

/** Those of PostgreSQL and Redis, which all servers feel. */
const ofServers = {
  'flush Redis': [0, 0],
  'restart Redis': [100, 2000],
  'restart PostgreSQL': [100, 2000],
} as const

/** Those that only a pool of workers has. */
const ofPools = {
  'kill a worker': [0, 0],
  'stop a worker': [200, 4000],
  'kill the primary': [100, 2000],
  'stop the primary': [200, 4000],
} as const

const durations: Record<Kind, readonly [number, number]> = { ...ofNodes, ...ofServers, ...ofPools }

export type Kind = keyof typeof ofNodes | keyof typeof ofServers | keyof typeof ofPools

/** One injected fault. Times are in milliseconds from the start. */
export interface Fault {
  at: number
  what: Kind
  /** The server's index; undefined for a fault of no server. */
  node: number | undefined
  /** Which worker of the server. */
  worker?: number
  for: number
}

/** What there is to break. */
export interface Setup {
  nodes: number
  /** Processes that answer requests, in each node. */
  workers: number
  redis: boolean
  /** Whether the database servers were started for this run, so that it may kill them. */
  ownPostgres: boolean
  ownRedis: boolean
}

/** What can't have two faults at once. */
const resources: Partial<Record<Kind, string>> = {
  'kill a node': 'process',
  'end a node': 'process',
  'stop a node': 'process',
  'kill the primary': 'process',
  'stop the primary': 'process',
  'kill a worker': 'worker',
  'stop a worker': 'worker',
  "refuse a node's PostgreSQL": 'PostgreSQL',
  "hold a node's PostgreSQL": 'PostgreSQL',
  "lose PostgreSQL's answers": 'PostgreSQL',
  "refuse a node's Redis": 'Redis',
  "hold a node's Redis": 'Redis',
  "lose Redis's answers": 'Redis',
  'restart Redis': 'Redis',
  'restart PostgreSQL': 'PostgreSQL',
}

/** Longer than most servers take to start or to exit. */
const RECOVERY_MS = 2000

/** A server that is alone also needs time in which it takes votes, between two faults of all of it. */
const LONE_RECOVERY_MS = 6000

/** In longer runs some stops and held connections outlast every timeout of the server. */
const LONG_RUN_SECONDS = 60
const LONG_FAULT_MS = 20_000

/** How often a fault is followed by calm, until all are over and a little longer. */
const CALM_PROBABILITY = 0.12

export function kindsFor({ workers, redis, ownPostgres, ownRedis }: Setup): Kind[] {
  return (Object.keys(durations) as Kind[]).filter((kind) => {
    if (kind in ofPools) return workers > 1
    if (kind.includes('PostgreSQL') && workers > 1) return false
    if (kind === 'restart PostgreSQL') return ownPostgres
    if (kind === 'restart Redis') return ownRedis
    return redis || !kind.includes('Redis')
  })
}

/**
 * Draws the faults of a run, the same for the same seed. Each kind has its turn before one has it again; in between, those
 * of workers and connections come up while all others have to wait. Several may overlap, with calm between. Of several
 * nodes one at least is neither killed, ended nor stopped.
 */
export function schedule(seed: number, seconds: number, setup: Setup): Fault[] {
  const random = new Random(seed)
  const faults: Fault[] = []
  const recovery = setup.nodes > 1 ? RECOVERY_MS : LONE_RECOVERY_MS
  const fillers = kindsFor(setup).filter((kind) => resources[kind] === undefined)
  let deck: Kind[] = []
  /** Those that may still be felt. */
  let present: Fault[] = []
  for (let at = 500; at < seconds * 1000; ) {
    if (deck.length === 0) deck = random.shuffled(kindsFor(setup))
    present = present.filter((fault) => at < fault.at + fault.for + recovery)
    const what = deck.find((kind) => freeNodes(kind, present, setup.nodes).length > 0) ?? random.pick(fillers)
    deck = deck.filter((kind) => kind !== what)
    const length = Math.min(drawLength(random, what, seconds), seconds * 1000 - at)
    const fault: Fault = { at, what, node: random.pick(freeNodes(what, present, setup.nodes)), for: length }
    if (what.endsWith('a worker')) fault.worker = random.whole(0, setup.workers - 1)
    faults.push(fault)
    present.push(fault)
    at += random.whole(100, 1200)
    if (random.next() < CALM_PROBABILITY)
      at = Math.max(at, ...present.map((fault) => fault.at + fault.for)) + random.whole(500, 2000)
  }
  return faults
}

function drawLength(random: Random, what: Kind, seconds: number): number {
  const [min, max] = durations[what]
  const long = seconds > LONG_RUN_SECONDS && /^(stop|hold)/.test(what) && random.next() < 0.25
  return random.whole(min, long ? LONG_FAULT_MS : max)
}

/** The nodes that can have this fault now: `undefined` for one of no node. */
function freeNodes(what: Kind, present: readonly Fault[], nodes: number): (number | undefined)[] {
  const resource = resources[what]
  const taken = new Set(present.filter((fault) => resources[fault.what] === resource).map((fault) => fault.node))
  if (what in ofServers) return resource !== undefined && taken.has(undefined) ? [] : [undefined]
  const free = Array.from({ length: nodes }, (_, node) => node).filter(
    (node) => resource === undefined || !taken.has(node),
  )
  const needed = resource === 'process' && nodes > 1 ? 2 : 1
  return free.length < needed ? [] : free
}
