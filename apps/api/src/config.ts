import { availableParallelism } from 'node:os'
import * as z from 'zod'
import { readTrustProxy, type TrustProxy } from './http/trust-proxy.ts'

const list = z
  .string()
  .default('')
  .transform((text) => text.split(',').flatMap((item) => item.trim() || []))

const origin = z.string().refine((text) => URL.canParse(text) && new URL(text).origin === text, {
  error: ({ input }) =>
    `"${input}" is not an origin such as https://polls.example.com, with no path or slash behind it`,
})

const onOff = (standard: 'on' | 'off') =>
  z
    .enum(['on', 'off'], 'must be on or off')
    .default(standard)
    .transform((value) => value === 'on')

const environmentSchema = z.object({
  PORT: z
    .string()
    .default('3000')
    .refine((text) => /^\d{1,5}$/.test(text) && Number(text) < 65536, 'must be a port number from 0 to 65535')
    .transform(Number),
  HOST: z.string().optional(),
  DATABASE_URL: z
    .string()
    .default('sqlite:data/pollcast.sqlite')
    .refine(
      (url) => /^sqlite:./.test(url) || (/^postgres(ql)?:\/\/./.test(url) && URL.canParse(url)),
      'must be sqlite:PATH, such as sqlite:data/pollcast.sqlite, or postgres://USER:PASSWORD@HOST:PORT/DATABASE',
    )
    .transform((url) => (url.startsWith('sqlite:') ? { path: url.slice('sqlite:'.length) } : { url })),
  REDIS_URL: z
    .string()
    .refine(
      (url) => /^rediss?:\/\/./.test(url) && URL.canParse(url),
      'must be redis://HOST:PORT, or rediss:// for TLS, such as redis://127.0.0.1:6379',
    )
    .optional(),
  WORKERS: z
    .string()
    .default('1')
    .refine((text) => /^(auto|[1-9]\d{0,2})$/.test(text), 'must be a number of processes, or auto: one for each core')
    .transform((text) => (text === 'auto' ? availableParallelism() : Number(text))),
  RATE_LIMIT: onOff('on'),
  LOG_LEVEL: z
    .enum(['silent', 'error', 'warn', 'info', 'debug'], 'must be silent, error, warn, info or debug')
    .default('info'),
  ALLOWED_ORIGINS: list.pipe(z.array(origin)),
  PUBLIC_URL: z
    .string()
    .refine(
      (text) => /^https?:\/\/[^\s\\/?#@][^\s\\?#@]*$/i.test(text) && URL.canParse(text),
      'must be an http or https address such as https://polls.example.com, with no ? and no #',
    )
    .optional(),
  TRUST_PROXY: z
    .string()
    .default('off')
    .transform((text, context): TrustProxy => {
      try {
        return readTrustProxy(text)
      } catch {
        context.addIssue(
          'must be off, on, a number of proxies, or their addresses and networks with a comma between them, ' +
            'such as 10.0.0.0/8,::1',
        )
        return z.NEVER
      }
    }),
  WEB_DEV: onOff('off'),
})

export interface Config {
  readonly port: number
  /** The address to listen on; all interfaces where it is undefined. */
  readonly host: string | undefined
  /** An SQLite file, or the address of a PostgreSQL database. */
  readonly database: { readonly path: string } | { readonly url: string }
  /** Carries pubsub and a message cache between processes, where it is given. */
  readonly redisUrl: string | undefined
  /** How many processes share the port. */
  readonly workers: number
  readonly rateLimit: boolean
  readonly logLevel: 'silent' | 'error' | 'warn' | 'info' | 'debug'
  /** Other origins whose pages may use the API, with the voter's cookie. */
  readonly allowedOrigins: readonly string[]
  /** Where people open it, with the path that it stands under; undefined where that is what they ask it by. */
  readonly publicUrl: string | undefined
  /** Which proxies' X-Forwarded headers can be believed. */
  readonly trustProxy: TrustProxy
  /** Set by `npm run dev`: pages load their scripts from Vite's dev server, which fetches the page from here. */
  readonly webDev: boolean
}

/** The environment could not be read. The message names every bad variable, each on a line. */
export class ConfigError extends Error {}

/** Reads the environment. A variable set to nothing counts as not set. Throws a ConfigError. */
export function readConfig(environment: NodeJS.ProcessEnv): Config {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''))
  const parsed = environmentSchema.safeParse(given)
  if (!parsed.success) {
    const lines = parsed.error.issues.map(({ path, message }) => `  ${path[0]?.toString()}: ${message}`)
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
    logLevel: env.LOG_LEVEL,
    allowedOrigins: env.ALLOWED_ORIGINS,
    publicUrl: env.PUBLIC_URL,
    trustProxy: env.TRUST_PROXY,
    webDev: env.WEB_DEV,
  })
}
