import { availableParallelism } from 'node:os'
import { expect, test } from 'vitest'
import { ConfigError, readConfig } from './config.ts'

const refusal = (environment: NodeJS.ProcessEnv): string => {
  try {
    readConfig(environment)
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError)
    return (error as ConfigError).message
  }
  throw new Error(`was taken: ${JSON.stringify(environment)}`)
}

test('an empty environment is the documented defaults', () => {
  expect(readConfig({})).toEqual({
    port: 3000,
    host: undefined,
    database: { path: 'data/pollcast.sqlite' },
    redisUrl: undefined,
    workers: 1,
    rateLimit: true,
    logLevel: 'info',
    allowedOrigins: [],
    trustProxy: false,
    webDev: false,
  })
})

test('every variable is read', () => {
  const config = readConfig({
    PORT: '0',
    HOST: '::1',
    DATABASE_URL: 'sqlite:/var/lib/polls.sqlite',
    REDIS_URL: 'redis://:secret@redis.example.com:6380/1',
    WORKERS: '3',
    RATE_LIMIT: 'off',
    LOG_LEVEL: 'silent',
    ALLOWED_ORIGINS: 'https://a.example.com, http://localhost:5173,',
    TRUST_PROXY: 'on',
    WEB_DEV: 'on',
  })
  expect(config).toEqual({
    port: 0,
    host: '::1',
    database: { path: '/var/lib/polls.sqlite' },
    redisUrl: 'redis://:secret@redis.example.com:6380/1',
    workers: 3,
    rateLimit: false,
    logLevel: 'silent',
    allowedOrigins: ['https://a.example.com', 'http://localhost:5173'],
    trustProxy: true,
    webDev: true,
  })
})

test('a variable set to nothing, and those of other programs, count for nothing', () => {
  expect(readConfig({ PORT: '', RATE_LIMIT: '', ALLOWED_ORIGINS: '', PATH: '/bin' })).toEqual(readConfig({}))
})

test('every bad variable is reported at once, with what it should be', () => {
  const message = refusal({
    PORT: 'http',
    DATABASE_URL: 'mysql://root@db/polls',
    REDIS_URL: 'localhost:6379',
    WORKERS: '0',
    RATE_LIMIT: 'yes',
    LOG_LEVEL: 'loud',
    ALLOWED_ORIGINS: 'https://ok.example.com,example.com',
    TRUST_PROXY: '1',
    WEB_DEV: 'true',
  })
  expect(message.split('\n').map((line) => line.trim())).toEqual([
    expect.any(String),
    expect.stringMatching(/^PORT: .*65535/),
    expect.stringMatching(/^DATABASE_URL: .*sqlite:/),
    expect.stringMatching(/^REDIS_URL: .*redis:/),
    expect.stringMatching(/^WORKERS: .*auto/),
    expect.stringMatching(/^RATE_LIMIT: .*on or off/),
    expect.stringMatching(/^LOG_LEVEL: .*silent/),
    expect.stringMatching(/^ALLOWED_ORIGINS: .*"example\.com"/),
    expect.stringMatching(/^TRUST_PROXY: .*on or off/),
    expect.stringMatching(/^WEB_DEV: .*on or off/),
  ])
})

test.each(['-1', '65536', '3000.5', ' 3000', '0x10', '1e3', '99999'])('PORT=%s is no port', (PORT) => {
  expect(refusal({ PORT })).toContain('PORT')
})

test.each(['*', 'https://a.example.com/', 'https://a.example.com/page', 'https://a.example.com:443', 'null'])(
  'ALLOWED_ORIGINS=%s is no origin as browsers send it',
  (ALLOWED_ORIGINS) => {
    expect(refusal({ ALLOWED_ORIGINS })).toContain(`"${ALLOWED_ORIGINS}"`)
  },
)

test.each([
  'sqlite:',
  'polls.sqlite',
  'postgres://',
  'postgres:polls',
  'postgres://u:secret@db:port/polls',
  'SQLITE:x',
])('DATABASE_URL=%s is none, and its password is not repeated', (DATABASE_URL) => {
  expect(refusal({ DATABASE_URL })).toContain('DATABASE_URL')
  expect(refusal({ DATABASE_URL })).not.toContain('secret')
})

test.each(['postgres://polls:secret@db.example.com:5433/polls', 'postgresql://db/polls'])(
  'DATABASE_URL=%s is a PostgreSQL database',
  (DATABASE_URL) => {
    expect(readConfig({ DATABASE_URL }).database).toEqual({ url: DATABASE_URL })
  },
)

test('WORKERS=auto is one process for each core', () => {
  expect(readConfig({ WORKERS: 'auto' }).workers).toBe(availableParallelism())
})
