import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, onTestFinished } from 'vitest'
import { serve } from '../src/compose/serve.ts'
import type { Config } from '../src/config/config.ts'
import type { Log, LogEntry } from '../src/lib/log.ts'
import { emptyDatabase } from './empty-database.ts'
import { type AtEnd, tempFolder } from './temp-folder.ts'

export interface RunningApp {
  url: string
  port: number
  metricsPort: number | undefined
  databasePath: string
  /** What the app would have logged as wrong. */
  errors: unknown[]
  /** What else it would have logged. */
  infos: string[]
  /** The fields of all entries. */
  entries: LogEntry[]
  close(): Promise<void>
}

interface AppOptions extends Partial<Config> {
  databasePath?: string
  /** The folder of the built web app; one that is not there by default, so that only the API is served. */
  webRoot?: string
}

/** Starts the app in this process, on a database of its own and a free port, until the test has ended. */
export const openApp = (options: AppOptions = {}): Promise<RunningApp> => startApp(options, onTestFinished)

/** One app for all tests of a file that leave it as it was: a function that answers with it. */
export function sharedApp(options: AppOptions = {}): () => RunningApp {
  let app: RunningApp
  beforeAll(async () => {
    const acts: Parameters<AtEnd>[0][] = []
    app = await startApp(options, (act) => acts.unshift(act))
    return async () => {
      for (const act of acts) await act()
    }
  })
  return () => app
}

async function newDatabase(atEnd: AtEnd): Promise<string> {
  const path = join(tempFolder(atEnd), 'polls.sqlite')
  writeFileSync(path, await emptyDatabase(), { mode: 0o600 })
  return path
}

async function startApp({ databasePath, webRoot, ...overrides }: AppOptions, atEnd: AtEnd): Promise<RunningApp> {
  const path = databasePath ?? (await newDatabase(atEnd))
  const config: Config = {
    port: 0,
    host: '127.0.0.1',
    database: { path },
    redisUrl: undefined,
    workers: 1,
    rateLimit: false,
    createPolls: 'anyone',
    adminKey: undefined,
    maxRooms: undefined,
    maxPolls: 200,
    retentionDays: 0,
    metricsPort: undefined,
    backups: undefined,
    logLevel: 'silent',
    allowedOrigins: [],
    publicUrl: undefined,
    trustProxy: false,
    webhook: undefined,
    tls: undefined,
    themeDir: undefined,
    webDev: false,
    ...overrides,
  }
  const errors: unknown[] = []
  const infos: string[] = []
  const entries: LogEntry[] = []
  const log: Log = {
    error: (problem, entry) => {
      errors.push(problem)
      entries.push(entry)
    },
    info: (text, entry) => {
      infos.push(text)
      entries.push(entry)
    },
    debug: (_, entry) => entries.push(entry),
  }
  const app = await serve(config, log, webRoot ?? join(path, 'not-built'))
  let closed: Promise<void> | undefined
  const close = () => {
    closed ??= app.close()
    return closed
  }
  atEnd(close)
  const { port, metricsPort } = app
  const url = `${config.tls ? 'https' : 'http'}://127.0.0.1:${port}`
  return { url, port, metricsPort, databasePath: path, errors, infos, entries, close }
}
