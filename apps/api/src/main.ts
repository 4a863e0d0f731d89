import { pino } from 'pino'
import { startApp } from './app.ts'
import { ConfigError, readConfig } from './config.ts'

try {
  await main()
} catch (error) {
  console.error(explain(error))
  process.exitCode = 1
}

async function main(): Promise<void> {
  const config = readConfig(process.env)
  const log = pino({ level: config.logLevel })
  const say = (text: string) => {
    if (config.logLevel !== 'silent') console.log(text)
  }

  const app = await startApp(config, (error) => log.error(error))
  const url = `http://${address(config.host)}:${app.port}`
  say(config.webDev ? `The API is at ${url}. Open the page at Vite's address.` : `Pollcast is at ${url}`)
  if (!app.servesPages) say('Only the API is served: the web app has not been built. "npm run build" builds it.')

  let ending = false
  const end = async () => {
    // npm hands a signal on that the server has had already, where it went to the whole process group.
    if (ending) return
    ending = true
    say('Pollcast is closing …')
    await app.close()
    process.exit(0)
  }
  process.on('SIGTERM', end)
  process.on('SIGINT', end)
}

/** A host as one can type it into a browser. */
function address(host: string | undefined): string {
  if (host === undefined || host === '0.0.0.0' || host === '::') return 'localhost'
  return host.includes(':') ? `[${host}]` : host
}

function explain(error: unknown): string {
  if (error instanceof ConfigError) return error.message
  const { code, message, port, syscall } = error as NodeJS.ErrnoException & { port?: number }
  if (code === 'EADDRINUSE') return `Port ${port} is taken. Stop what listens there, or set PORT to another one.`
  if (code === 'EACCES' && port) return `Port ${port} is not allowed to this user. Set PORT to one above 1023.`
  // The only folder that is made is the database's.
  if (code?.startsWith('SQLITE_') || syscall === 'mkdir') {
    return `The database can't be opened (DATABASE_URL says which): ${message}`
  }
  return `Pollcast could not start: ${error instanceof Error ? error.stack : String(error)}`
}
