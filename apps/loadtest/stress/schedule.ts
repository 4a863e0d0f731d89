import { Random } from './random.ts'

export const NODES = 3

/** What is done to one node or its connections, and for how long, in milliseconds: from and to. */
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

/** What is done to all nodes at once. */
const ofServers = {
  'flush Redis': [0, 0],
  'restart Redis': [100, 2000],
  'restart PostgreSQL': [100, 2000],
} as const

const spans: Record<Kind, readonly [number, number]> = { ...ofNodes, ...ofServers }

export type Kind = keyof typeof ofNodes | keyof typeof ofServers

/** One thing that is done to the world: when and for how long, in milliseconds from the start. */
export interface Fault {
  at: number
  what: Kind
  /** Which node; undefined where it is none. */
  node: number | undefined
  for: number
}

export interface Means {
  /** Whether there is a Redis. */
  redis: boolean
  /** Whether the servers are this run's own, which it may kill. */
  ownPostgres: boolean
  ownRedis: boolean
}

/** What can't have two faults at once. */
const PLACES: Partial<Record<Kind, string>> = {
  'kill a node': 'process',
  'end a node': 'process',
  'stop a node': 'process',
  "refuse a node's PostgreSQL": 'PostgreSQL',
  "hold a node's PostgreSQL": 'PostgreSQL',
  "lose PostgreSQL's answers": 'PostgreSQL',
  "refuse a node's Redis": 'Redis',
  "hold a node's Redis": 'Redis',
  "lose Redis's answers": 'Redis',
  'restart Redis': 'Redis',
  'restart PostgreSQL': 'PostgreSQL',
}

/** Longer than a node that is told to end, or starts, takes in most cases. */
const ALLOWANCE = 2000

/** Runs of more than a minute have stops and held connections that outlast every timeout of the server. */
const LONG_RUN_SECONDS = 60
const LONG = 20_000

/** How often a fault is followed by calm until all are over, and some. */
const CALM = 0.12

export function kindsFor({ redis, ownPostgres, ownRedis }: Means): Kind[] {
  return (Object.keys(spans) as Kind[]).filter((kind) => {
    if (kind === 'restart PostgreSQL') return ownPostgres
    if (kind === 'restart Redis') return ownRedis
    return redis || !kind.includes('Redis')
  })
}

/**
 * Draws what is done in a run, the same for the same seed. Every kind comes up before one comes again; several may
 * overlap, with moments of calm between; one node's process at least is always left alone.
 */
export function schedule(seed: number, seconds: number, means: Means): Fault[] {
  const random = new Random(seed)
  const faults: Fault[] = []
  let deck: Kind[] = []
  /** Those that are not over, or hardly. */
  let present: Fault[] = []
  for (let at = 500; at < seconds * 1000; ) {
    if (deck.length === 0) deck = random.shuffled(kindsFor(means))
    const what = deck[0] as Kind
    const length = draw(random, what, seconds)
    present = present.filter((fault) => at < fault.at + fault.for + ALLOWANCE)
    const node = place(random, what, present)
    if (node !== 'none') {
      deck.shift()
      const fault = { at, what, node, for: Math.min(length, seconds * 1000 - at) }
      faults.push(fault)
      present.push(fault)
    }
    at += random.whole(100, 1200)
    if (random.next() < CALM)
      at = Math.max(at, ...present.map((fault) => fault.at + fault.for)) + random.whole(500, 2000)
  }
  return faults
}

function draw(random: Random, what: Kind, seconds: number): number {
  const [least, most] = spans[what]
  const long = seconds > LONG_RUN_SECONDS && /^(stop|hold)/.test(what) && random.next() < 0.25
  return random.whole(least, long ? LONG : most)
}

/** A node where it can be done now, undefined where it is done to none, or 'none' where it can't be done. */
function place(random: Random, what: Kind, present: readonly Fault[]) {
  const kindOfPlace = PLACES[what]
  const taken = new Set(present.filter((fault) => PLACES[fault.what] === kindOfPlace).map((fault) => fault.node))
  if (!(what in ofNodes)) return kindOfPlace !== undefined && taken.has(undefined) ? 'none' : undefined
  const free = Array.from({ length: NODES }, (_, node) => node).filter(
    (node) => kindOfPlace === undefined || !taken.has(node),
  )
  if (free.length < (kindOfPlace === 'process' ? 2 : 1)) return 'none'
  return random.pick(free)
}
