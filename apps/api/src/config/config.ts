import type { CreatePolls } from '../lib/create-polls.ts'
import type { TrustProxy } from '../lib/trust-proxy.ts'
import { eachVariable, environment, settingNames } from './environment.ts'
import { textProblem } from './text-problem.ts'

export interface Config {
  readonly port: number
  /** The address to listen on; undefined for all interfaces. */
  readonly host: string | undefined
  /** The path of an SQLite file, or the URL of a PostgreSQL database. */
  readonly database: { readonly path: string } | { readonly url: string }
  /** If set, pubsub and a message cache between processes use this Redis. */
  readonly redisUrl: string | undefined
  /** Number of processes that share the port. */
  readonly workers: number
  readonly rateLimit: boolean
  /** Who may make rooms, and polls with rooms of their own. In a room that is there, its host always makes polls. */
  readonly createPolls: CreatePolls
  /** What opens /admin; undefined where there is no such page. */
  readonly adminKey: string | undefined
  /** Rooms that may be there at a time; undefined for any number. */
  readonly maxRooms: number | undefined
  /** Polls that may be in a room at a time. */
  readonly maxPolls: number
  /** Days after its last vote, and its host's last act, that a room is kept; 0 for ever. */
  readonly retentionDays: number
  /** The port that metrics are served on; undefined if there are none. */
  readonly metricsPort: number | undefined
  /** The folder that nightly backups of an SQLite file are put into, and how many are kept; undefined without any. */
  readonly backups: { readonly folder: string; readonly keep: number } | undefined
  readonly logLevel: 'silent' | 'error' | 'warn' | 'info' | 'debug'
  /** Other origins whose pages may use the API, with the voter's cookie. */
  readonly allowedOrigins: readonly string[]
  /** The address that people open, without a slash at its end: if a proxy changes the host or the scheme, or under a path. */
  readonly publicUrl: string | undefined
  /** Whose X-Forwarded headers to trust. */
  readonly trustProxy: TrustProxy
  /** Who is told of closes, moves and new rounds; undefined for nobody. */
  readonly webhook: { readonly url: string; readonly secret: string; readonly allowsPrivate: boolean } | undefined
  /** Paths of the certificate and its private key; undefined for http in the clear. */
  readonly tls: { readonly cert: string; readonly key: string } | undefined
  /** The folder with how pages look; undefined where they look as Pollcast does. */
  readonly themeDir: string | undefined
  /** Set by `npm run dev`: pages load their scripts from Vite's dev server, which gets the pages from here. */
  readonly webDev: boolean
}

/** The environment is invalid. The message names every invalid variable, each on a line. */
export class ConfigError extends Error {}

/** CREATE_KEY alone, for who makes polls on a server of others. Throws a ConfigError, which does not repeat it. */
export function readCreateKey({ CREATE_KEY }: NodeJS.ProcessEnv): string | undefined {
  const key = CREATE_KEY || undefined
  const { error } = eachVariable.shape.CREATE_KEY.safeParse(key)
  const problem = textProblem(key ?? '') ?? error?.issues[0]?.message
  if (problem !== undefined) throw new ConfigError(`CREATE_KEY: ${problem}.`)
  return key
}

/** Reads the environment. An empty variable counts as not set. Throws a ConfigError. */
export function readConfig(variables: NodeJS.ProcessEnv): Config {
  const given = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ''))
  const malformed = settingNames.flatMap((name) => {
    const message = textProblem(given[name] ?? '')
    return message ? { name, message } : []
  })
  // One error for each variable. Without it, those that belong to it are not wrong either.
  for (const { name } of malformed) delete given[name]
  const parsed = malformed.length > 0 ? eachVariable.safeParse(given) : environment.safeParse(given)
  if (!parsed.success || malformed.length > 0) {
    const wrong = parsed.error?.issues.map(({ path, message }) => ({ name: String(path[0]), message })) ?? []
    const lines = [...malformed, ...wrong].map(({ name, message }) => `  ${name}: ${message}`)
    throw new ConfigError(`These environment variables can't be used:\n${lines.join('\n')}`)
  }
  const env = parsed.data
  return Object.freeze({
    port: env.PORT,
    host: env.HOST,
    database: env.DATABASE_URL,
    redisUrl: env.REDIS_URL,
    workers: env.WORKERS,
    rateLimit: env.RATE_LIMIT,
    createPolls: env.CREATE_POLLS === 'key' ? { key: env.CREATE_KEY ?? '' } : env.CREATE_POLLS,
    adminKey: env.ADMIN_KEY,
    maxRooms: env.MAX_ROOMS,
    maxPolls: env.MAX_POLLS,
    retentionDays: env.RETENTION_DAYS,
    metricsPort: env.METRICS_PORT,
    backups: env.BACKUP_DIR === undefined ? undefined : { folder: env.BACKUP_DIR, keep: env.BACKUP_KEEP },
    logLevel: env.LOG_LEVEL,
    allowedOrigins: env.ALLOWED_ORIGINS,
    publicUrl: env.PUBLIC_URL,
    trustProxy: env.TRUST_PROXY,
    tls: env.TLS_CERT !== undefined && env.TLS_KEY !== undefined ? { cert: env.TLS_CERT, key: env.TLS_KEY } : undefined,
    webhook:
      env.WEBHOOK_URL === undefined
        ? undefined
        : { url: env.WEBHOOK_URL, secret: env.WEBHOOK_SECRET ?? '', allowsPrivate: env.WEBHOOK_PRIVATE },
    themeDir: env.THEME_DIR,
    webDev: env.WEB_DEV,
  })
}
