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

test.each(['sqlite:', 'polls.sqlite', 'postgres://db/polls', 'SQLITE:x'])('DATABASE_URL=%s is none', (DATABASE_URL) => {
  expect(refusal({ DATABASE_URL })).toContain('DATABASE_URL')
})
