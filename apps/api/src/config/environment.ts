import { isIP } from 'node:net'
import { availableParallelism } from 'node:os'
import { limits } from '@pollcast/shared/limits'
import * as z from 'zod'
import { isPublicAddress } from '../lib/public-address.ts'
import { readTrustProxy, type TrustProxy } from '../lib/trust-proxy.ts'
import { databaseUrlProblem, redisUrlProblem } from './database-url.ts'
import { hostProblem } from './listen-host.ts'

const list = z
  .string()
  .default('')
  .transform((text) => text.split(',').flatMap((item) => item.trim() || []))

const origin = z.string().refine((text) => URL.canParse(text) && new URL(text).origin === text, {
  error: ({ input }) =>
    `"${input}" is not an origin such as https://polls.example.com, without a path or slash at the end`,
})

const onOff = (standard: 'on' | 'off') =>
  z
    .enum(['on', 'off'], 'must be on or off')
    .default(standard)
    .transform((value) => value === 'on')

const isPort = (text: string) => /^\d{1,5}$/.test(text) && Number(text) < 65536

const isWebhookUrl = (text: string) =>
  /^https?:\/\/[^\s/?#@]+/i.test(text) && URL.canParse(text) && new URL(text).username === ''

/** As Standard Webhooks has it. */
function isWebhookSecret(text: string): boolean {
  const [, base64] = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(text) ?? []
  if (base64 === undefined || base64.length % 4 !== 0) return false
  const { length } = Buffer.from(base64, 'base64')
  return length >= 24 && length <= 64
}

const isKey = (text: string) => /^[\w.~+/-]{12,128}=*$/.test(text)

/** A string in which `problem` finds no error. */
const checked = (problem: (text: string) => string | undefined) =>
  z.string().check(({ value, issues }) => {
    const message = problem(value)
    if (message) issues.push({ code: 'custom', input: value, message })
  })

/** Each by itself. */
export const eachVariable = z.object({
  PORT: z
    .string()
    .default('3000')
    .refine((text) => isPort(text), 'must be a port number from 0 to 65535')
    .transform(Number),
  HOST: checked(hostProblem).optional(),
  DATABASE_URL: checked(databaseUrlProblem)
    .default('sqlite:data/pollcast.sqlite')
    .transform((url) => (url.startsWith('sqlite:') ? { path: url.slice('sqlite:'.length) } : { url })),
  REDIS_URL: checked(redisUrlProblem).optional(),
  WORKERS: z
    .string()
    .default('1')
    .refine(
      (text) => /^(auto|[1-9]\d{0,2})$/.test(text),
      'must be a number of processes from 1 to 999, or auto: one for each core',
    )
    .transform((text) => (text === 'auto' ? availableParallelism() : Number(text))),
  RATE_LIMIT: onOff('on'),
  CREATE_POLLS: z.enum(['anyone', 'key', 'nobody'], 'must be anyone, key or nobody').default('anyone'),
  CREATE_KEY: z
    .string()
    // Those of a bearer token (RFC 6750, section 2.1): it is sent as one.
    .refine((text) => isKey(text), 'must be 12 to 128 letters, digits and characters of -._~+/')
    .optional(),
  ADMIN_KEY: z
    .string()
    .refine((text) => isKey(text) && text.length >= 20, 'must be 20 to 128 letters, digits and characters of -._~+/')
    .optional(),
  MAX_ROOMS: z
    .string()
    .refine((text) => /^[1-9]\d{0,8}$/.test(text), 'must be a number of rooms from 1 to 999999999')
    .transform(Number)
    .optional(),
  MAX_POLLS: z
    .string()
    .default(String(limits.pollsInRoom))
    .refine(
      (text) => /^[1-9]\d{0,2}$/.test(text) && Number(text) <= limits.pollsInRoom,
      `must be a number of polls in a room from 1 to ${limits.pollsInRoom}`,
    )
    .transform(Number),
  RETENTION_DAYS: z
    .string()
    .default('0')
    .refine((text) => /^\d{1,4}$/.test(text), 'must be a number of days from 1 to 9999, or 0: nothing is deleted')
    .transform(Number),
  LOG_LEVEL: z
    .enum(['silent', 'error', 'warn', 'info', 'debug'], 'must be silent, error, warn, info or debug')
    .default('info'),
  METRICS_PORT: z
    .string()
    .refine((text) => isPort(text), 'must be a port number from 0 to 65535')
    .transform(Number)
    .optional(),
  THEME_DIR: z.string().optional(),
  BACKUP_DIR: z.string().optional(),
  BACKUP_KEEP: z
    .string()
    .default('7')
    .refine((text) => /^[1-9]\d{0,3}$/.test(text), 'must be a number of backups from 1 to 9999')
    .transform(Number),
  WEBHOOK_URL: z
    .string()
    .refine(
      (text) => isWebhookUrl(text),
      'must be an http or https address such as https://chat.example.com/hooks/pollcast',
    )
    .optional(),
  WEBHOOK_SECRET: z
    .string()
    .refine(
      (text) => isWebhookSecret(text),
      'must be whsec_ and 24 to 64 bytes in base64: echo whsec_$(openssl rand -base64 32)',
    )
    .optional(),
  WEBHOOK_PRIVATE: onOff('off'),
  ALLOWED_ORIGINS: list.pipe(z.array(origin)),
  PUBLIC_URL: z
    .string()
    .refine(
      (text) => /^https?:\/\/[^\s\\/?#@]+(\/[\w.~-]+)*\/?$/i.test(text) && URL.canParse(text),
      'must be an http or https address such as https://polls.example.com or https://example.com/polls',
    )
    .transform((text) => new URL(text).href.replace(/\/$/, ''))
    .optional(),
  TRUST_PROXY: z
    .string()
    .default('off')
    .transform((text, context): TrustProxy => {
      try {
        return readTrustProxy(text)
      } catch {
        context.addIssue(
          'must be off, on, a number of proxies, or their addresses and networks separated by commas, ' +
            'such as 10.0.0.0/8,::1',
        )
        return z.NEVER
      }
    }),
  TLS_CERT: z.string().optional(),
  TLS_KEY: z.string().optional(),
  WEB_DEV: onOff('off'),
})

/** Names are looked up when they are needed; localhost always is this machine. */
function isPrivateHost(url: string): boolean {
  const host = new URL(url).hostname.replace(/^\[|\]$/g, '')
  return isIP(host) === 0 ? /(^|\.)localhost$/.test(host) : !isPublicAddress(host)
}

/** What is wrong with variables that are valid one by one. */
const together = z.custom<z.output<typeof eachVariable>>().check(({ value, issues }) => {
  const refuse = (name: string, message: string) => issues.push({ code: 'custom', input: value, path: [name], message })
  for (const [name, other] of [
    ['TLS_CERT', 'TLS_KEY'],
    ['TLS_KEY', 'TLS_CERT'],
  ] as const) {
    if (value[name] !== undefined && value[other] === undefined) {
      refuse(other, `is needed too where ${name} is set: the path of a PEM file`)
    }
  }
  if (value.METRICS_PORT === value.PORT && value.PORT !== 0) refuse('METRICS_PORT', 'must be another port than PORT')
  if (value.BACKUP_DIR !== undefined && 'url' in value.DATABASE_URL) {
    refuse('BACKUP_DIR', 'is for an SQLite file: have pg_dump back up a PostgreSQL database')
  }
  if (value.WEBHOOK_URL !== undefined && value.WEBHOOK_SECRET === undefined) {
    refuse('WEBHOOK_SECRET', 'is needed where WEBHOOK_URL is set: echo whsec_$(openssl rand -base64 32)')
  }
  if (value.WEBHOOK_URL === undefined && value.WEBHOOK_SECRET !== undefined) {
    refuse('WEBHOOK_SECRET', 'signs nothing unless WEBHOOK_URL is set')
  }
  if (value.WEBHOOK_URL !== undefined && !value.WEBHOOK_PRIVATE && isPrivateHost(value.WEBHOOK_URL)) {
    refuse('WEBHOOK_URL', 'is in a private network: set WEBHOOK_PRIVATE=on if that is meant')
  }
  if (value.CREATE_POLLS === 'key' && value.CREATE_KEY === undefined) {
    refuse('CREATE_KEY', 'is needed where CREATE_POLLS is key: what those have to enter who may make polls')
  }
  if (value.ADMIN_KEY !== undefined && value.ADMIN_KEY === value.CREATE_KEY) {
    refuse('ADMIN_KEY', 'must be another one than CREATE_KEY, which others are told')
  }
  if (value.CREATE_POLLS !== 'key' && value.CREATE_KEY !== undefined) {
    refuse('CREATE_KEY', 'is asked of nobody unless CREATE_POLLS is key')
  }
})

/** The environment's variables, read. A pipe ends at the first schema that refuses: what is no address is compared with nothing. */
export const environment = eachVariable.pipe(together)

export const settingNames = Object.keys(eachVariable.shape)
