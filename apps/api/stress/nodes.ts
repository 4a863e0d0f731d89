import { setTimeout as pause } from 'node:timers/promises'
import type { Faults } from '../bench/faults.ts'
import { Node } from './node.ts'
import { NODES } from './schedule.ts'
import type { Servers } from './servers.ts'

/** Milliseconds in which every node takes requests, once nothing hinders it. */
const UP = 30_000

/** Starts the nodes, each with its own way to the servers. */
export function openNodes({ databaseUrl, redisUrl }: Servers, faults: Faults): Promise<Node[]> {
  const names = Array.from({ length: NODES }, (_, index) => `node ${index + 1}`)
  return Promise.all(names.map((name) => Node.open(name, databaseUrl, redisUrl, faults)))
}

/** Resolves when all take requests. Rejects where one does not, though nothing hinders it. */
export async function allUp(nodes: readonly Node[]): Promise<void> {
  for (const end = performance.now() + UP; ; await pause(20)) {
    const down = nodes.filter((node) => !node.up).map(({ name }) => name)
    if (down.length === 0) return
    if (performance.now() > end) throw new Error(`${down.join(' and ')} took no requests within ${UP / 1000} s`)
  }
}
