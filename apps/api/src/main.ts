import cluster from 'node:cluster'
import { pino } from 'pino'
import { startApp } from './app.ts'
import { readCommandLine } from './command-line.ts'
import { type Config, ConfigError, readConfig } from './config.ts'
import { openPool } from './pool.ts'
import { DatabaseRefused } from './store/database.ts'
import { type Ready, tellReady } from './workers/worker-pool.ts'

try {
  const command = readCommandLine(process.argv.slice(2))
  if ('start' in command) await main()
  else if ('say' in command) console.log(command.say)
  else {
    console.error(command.refuse)
    process.exitCode = 2
  }
} catch (error) {
  console.error(explain(error))
  process.exitCode = 1
  // The channel to its pool would keep a worker alive.
  if (cluster.isWorker) process.exit()
}

async function main(): Promise<void> {
  const config = readConfig(process.env)
  const log = pino({ level: config.logLevel })
  const say = (text: string) => {
    if (config.logLevel !== 'silent') console.log(text)
  }

  if (config.workers > 1 && cluster.isPrimary) {
    const pool = await openPool(config, log, say, (ready) => announce(config, ready, say))
    onceToldToEnd(say, () => pool.end())
    process.exit(await pool.run())
  }

  const app = await startApp(config, log, undefined, say)
  onceToldToEnd(cluster.isWorker ? () => {} : say, async () => {
    await app.close()
    process.exit(0)
  })
  if (cluster.isWorker) tellReady(app)
  else announce(config, app, say)
}

function announce(config: Config, { port, servesPages }: Ready, say: (text: string) => void): void {
  const url = `http://${address(config.host)}:${port}`
  say(config.webDev ? `The API is at ${url}. Open the page at Vite's address.` : `Pollcast is at ${url}`)
  if (!servesPages) say('Only the API is served: the web app has not been built. "npm run build" builds it.')
}

function onceToldToEnd(say: (text: string) => void, end: () => void): void {
  let ending = false
  const told = () => {
    // npm hands a signal on that the server has had already, where it went to the whole process group.
    if (ending) return
    ending = true
    say('Pollcast is closing …')
    end()
  }
  process.on('SIGTERM', told)
  process.on('SIGINT', told)
}

/** A host as one can type it into a browser. */
function address(host: string | undefined): string {
  if (host === undefined || host === '0.0.0.0' || host === '::') return 'localhost'
  return host.includes(':') ? `[${host}]` : host
}

/** A sentence for what whoever starts Pollcast can put right, and a stack for a fault of its own. */
function explain(error: unknown): string {
  if (error instanceof ConfigError || error instanceof DatabaseRefused) return error.message
  const { code = '', message, port, syscall = '', address, hostname } = error as ListenError
  if (syscall === 'getaddrinfo') return `HOST: no machine is known by the name ${hostname} (${code}).`
  if (code === 'EADDRINUSE') return `Port ${port} is taken. Stop what listens there, or set PORT to another one.`
  if (code === 'EACCES' && port) return `Port ${port} is not allowed to this user. Set PORT to one above 1023.`
  if (code === 'EADDRNOTAVAIL') return `HOST: no network interface of this machine has the address ${address}.`
  if (/^(listen|bind)$/.test(syscall)) return `HOST: ${address} can't be listened on (${code}).`
  if (/^E[A-Z]+$/.test(code)) return `Pollcast could not start: ${message}`
  return `Pollcast could not start: ${error instanceof Error ? error.stack : String(error)}`
}

interface ListenError extends NodeJS.ErrnoException {
  address?: string
  hostname?: string
  port?: number
}
