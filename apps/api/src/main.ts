#!/usr/bin/env -S node --min-semi-space-size=16 --no-allocation-site-pretenuring
import cluster from 'node:cluster'
import { networkInterfaces } from 'node:os'
import { type Ready, reportReady } from './cluster/worker-pool.ts'
import { CommandRefused } from './commands/command-refused.ts'
import { announcement } from './config/announcement.ts'
import { readCommandLine } from './config/command-line.ts'
import { type Config, ConfigError, readConfig } from './config/config.ts'
import { jsonLog } from './lib/json-log.ts'
import { version } from './lib/version.ts'
import { FileRefused } from './lib/whole-file.ts'
import { DatabaseRefused } from './store/database.ts'
import { ThemeRefused } from './theme/theme-refused.ts'

// Its reader may have read enough: `pollcast --help | head`.
process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => process.exit(code === 'EPIPE' ? 0 : 1))

// What a process does not do it does not load: `pollcast --version` answers at once.
const command = readCommandLine(process.argv.slice(2), process.env)
try {
  if ('start' in command) await main()
  else if ('run' in command) {
    const { runCommand } = await import('./commands/run-command.ts')
    process.exitCode = await runCommand(command, process.env, process.stdout)
  } else if ('say' in command) console.log(command.say)
  else {
    console.error(command.refuse)
    process.exitCode = 2
  }
} catch (error) {
  console.error(explain(error, 'run' in command ? `${command.run} failed` : 'Pollcast could not start'))
  process.exitCode = 1
  // The channel to the primary would keep a worker alive.
  if (cluster.isWorker) process.exit()
}

async function main(): Promise<void> {
  const config = readConfig(process.env)
  const log = jsonLog(config.logLevel)
  const print = (text: string) => {
    // In a pool only the primary prints.
    if (config.logLevel !== 'silent' && !cluster.isWorker) console.log(text)
  }

  if (config.workers > 1 && cluster.isPrimary) {
    const { startPrimary } = await import('./compose/primary.ts')
    const pool = await startPrimary(config, log, (ready) =>
      announce(config, { ...ready, metricsPort: pool.metricsPort }, print),
    )
    onShutdown(print, () => pool.end())
    process.exit(await pool.run())
  }

  const { serve } = await import('./compose/serve.ts')
  const app = await serve(config, log)
  onShutdown(print, async () => {
    await app.close()
    process.exit(0)
  })
  if (cluster.isWorker) reportReady(app)
  else announce(config, app, print)
}

type Print = (text: string) => void

interface Metered {
  metricsPort: number | undefined
}

function announce(config: Config, { port, metricsPort, servesPages }: Ready & Metered, print: Print): void {
  const started = { port, metricsPort, version: version(), interfaces: networkInterfaces() }
  for (const line of announcement(config, started)) print(line)
  if (!servesPages) print('Only the API is served: the web app has not been built. Run "npm run build" to build it.')
}

/** Shuts down at the first signal. Later ones are ignored: npm passes on a signal that its process group has got too. */
function onShutdown(print: Print, shutDown: () => void): void {
  let isShuttingDown = false
  const onSignal = () => {
    if (isShuttingDown) return
    isShuttingDown = true
    print('Pollcast is closing …')
    shutDown()
  }
  process.on('SIGTERM', onSignal)
  process.on('SIGINT', onSignal)
}

/** A sentence for an error that the admin can correct, and a stack for a bug. */
function explain(error: unknown, failed: string): string {
  const forAdmins = [ConfigError, DatabaseRefused, FileRefused, CommandRefused, ThemeRefused]
  if (forAdmins.some((refusal) => error instanceof refusal)) return (error as Error).message
  const { code = '', message, port, syscall = '', address, hostname } = error as ListenError
  if (syscall === 'getaddrinfo') return `HOST: there is no host named ${hostname} (${code}).`
  if (code === 'EADDRINUSE')
    return `Port ${port} is in use. Stop the program that listens there, or set ${port === Number(process.env.METRICS_PORT) ? 'METRICS_PORT' : 'PORT'} to another port.`
  if (code === 'EACCES' && port) return `This user may not listen on port ${port}. Set PORT to a port above 1023.`
  if (code === 'EADDRNOTAVAIL') return `HOST: no network interface of this machine has the address ${address}.`
  if (/^(listen|bind)$/.test(syscall)) return `HOST: can't listen on ${address} (${code}).`
  if (/^E[A-Z]+$/.test(code)) return `${failed}: ${message}`
  if (error instanceof Error && 'driverError' in error) return `${failed}: ${message}`
  return `${failed}: ${error instanceof Error ? error.stack : String(error)}`
}

interface ListenError extends NodeJS.ErrnoException {
  address?: string
  hostname?: string
  port?: number
}
