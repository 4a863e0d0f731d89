import { spawnSync } from 'node:child_process'

export interface Cores {
  server: string
  client: string
}

/**
 * One core for the server and the others for the load, so that neither takes the other's time. Undefined if there is only
 * one core, or no taskset (util-linux).
 */
export function splitCores(): Cores | undefined {
  const { stdout, status } = spawnSync('taskset', ['-cp', String(process.pid)], { encoding: 'utf8' })
  if (status !== 0) return undefined
  const [server, ...others] = coresIn(stdout.slice(stdout.lastIndexOf(':') + 1).trim())
  return server !== undefined && others.length > 0 ? { server: String(server), client: others.join(',') } : undefined
}

/** Binds all threads of this process, and those that they start. */
export function bindSelf(cores: string): void {
  spawnSync('taskset', ['-acp', cores, String(process.pid)])
}

/** Reads a list such as 0,2-4. */
function coresIn(list: string): number[] {
  return list.split(',').flatMap((range) => {
    const [first = Number.NaN, last = first] = range.split('-').map(Number)
    return Array.from({ length: last - first + 1 }, (_, index) => first + index)
  })
}
