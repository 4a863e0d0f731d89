import { availableParallelism } from 'node:os'
import { command, UsageError } from '../processes/command-line.ts'
import { bindSelf, splitCores } from '../processes/cores.ts'
import { tooManyOpenFiles } from '../processes/open-files.ts'
import { OwnServer, type programs } from '../processes/own-server.ts'
import { Progress } from '../processes/progress.ts'
import { limitTime } from '../processes/time-limit.ts'
import { runLoad } from './load.ts'
import { HELP, type Options, readOptions } from './options.ts'
import { isRight, table } from './report.ts'
import type { Result } from './result.ts'
import { findBase, type Target } from './target.ts'

/** A run is given up so many seconds after its votes should have been over. */
const DEADLINE_SECONDS = 180

await command((args) => main(readOptions(args)))

async function main(options: Options): Promise<void> {
  if (options.help) return console.log(HELP)
  const problem = tooManyOpenFiles(options.streams + options.connections)
  if (problem) throw new UsageError(problem)
  const own = ownServers(options)
  limitTime((1 + own.length) * (2 * options.seconds + DEADLINE_SECONDS))

  const where = `Node ${process.version}, ${availableParallelism()} cores`
  const cores = own.length > 0 && options.workers === 1 ? splitCores() : undefined
  if (cores) bindSelf(cores.client)
  const progress = new Progress()
  const results: Result[] = []
  try {
    if (options.urls.length > 0) results.push(await runLoad(await named(options), options, progress))
    for (const { program, workers } of own) {
      const server = await OwnServer.start(program, cores?.server, workers)
      results.push(await runLoad(server.target, options, progress).finally(() => server.stop()))
    }
  } finally {
    progress.end()
  }

  if (options.json) console.log(JSON.stringify({ where, cores, results }, undefined, 2))
  else console.log(`${table(results)}${about(cores, where)}`)
  if (results[0] && !isRight(results[0])) process.exitCode = 1
}

/** The servers to start, one after the other: Pollcast, if no URL is given, and those to compare it with. */
function ownServers({ urls, compare, workers }: Options): { program: keyof typeof programs; workers: number }[] {
  const pollcasts = workers > 1 ? [1, workers] : [1]
  return [
    ...(urls.length > 0 ? [] : pollcasts.map((workers) => ({ program: 'pollcast', workers }) as const)),
    ...(compare ? (['better-sse', 'bare node'] as const).map((program) => ({ program, workers: 1 })) : []),
  ]
}

async function named({ urls, pids }: Options): Promise<Target> {
  return { name: 'pollcast', bases: await Promise.all(urls.map(findBase)), pids }
}

function about(cores: ReturnType<typeof splitCores>, where: string): string {
  const bound = cores ? `; server on core ${cores.server}, load on ${cores.client}` : ''
  return `${where}${bound}\n`
}
