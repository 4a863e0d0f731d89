import { availableParallelism } from 'node:os'
import { expect, test } from 'vitest'
import { readCommandLine } from './command-line.ts'
import { ConfigError, readConfig, readCreateKey } from './config.ts'
import { settingNames } from './environment.ts'

const refusal = (environment: NodeJS.ProcessEnv): string => {
  try {
    readConfig(environment)
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError)
    return (error as ConfigError).message
  }
  throw new Error(`was taken: ${JSON.stringify(environment)}`)
}

test('an empty environment gives the documented defaults', () => {
  expect(readConfig({})).toEqual({
    port: 3000,
    host: undefined,
    database: { path: 'data/pollcast.sqlite' },
    redisUrl: undefined,
    workers: 1,
    rateLimit: true,
    createPolls: 'anyone',
    adminKey: undefined,
    maxRooms: undefined,
    maxPolls: 200,
    retentionDays: 0,
    metricsPort: undefined,
    backups: undefined,
    logLevel: 'info',
    allowedOrigins: [],
    publicUrl: undefined,
    trustProxy: false,
    tls: undefined,
    themeDir: undefined,
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
    CREATE_POLLS: 'key',
    CREATE_KEY: 'only-for-teachers',
    ADMIN_KEY: 'only-for-who-runs-it',
    MAX_ROOMS: '1000',
    MAX_POLLS: '20',
    RETENTION_DAYS: '90',
    METRICS_PORT: '9464',
    BACKUP_DIR: '/var/backups',
    BACKUP_KEEP: '30',
    THEME_DIR: '/etc/pollcast/theme',
    WEBHOOK_URL: 'https://chat.example.com/hooks/pollcast?room=1',
    WEBHOOK_SECRET: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    LOG_LEVEL: 'silent',
    ALLOWED_ORIGINS: 'https://a.example.com, http://localhost:5173,',
    PUBLIC_URL: 'https://polls.example.com/',
    TRUST_PROXY: '10.0.0.0/8, ::1',
    TLS_CERT: '/etc/ssl/polls.pem',
    TLS_KEY: '/etc/ssl/polls.key',
    WEB_DEV: 'on',
  })
  expect(config).toEqual({
    port: 0,
    host: '::1',
    database: { path: '/var/lib/polls.sqlite' },
    redisUrl: 'redis://:secret@redis.example.com:6380/1',
    workers: 3,
    rateLimit: false,
    createPolls: { key: 'only-for-teachers' },
    adminKey: 'only-for-who-runs-it',
    maxRooms: 1000,
    maxPolls: 20,
    retentionDays: 90,
    metricsPort: 9464,
    backups: { folder: '/var/backups', keep: 30 },
    themeDir: '/etc/pollcast/theme',
    logLevel: 'silent',
    allowedOrigins: ['https://a.example.com', 'http://localhost:5173'],
    publicUrl: 'https://polls.example.com',
    trustProxy: ['10.0.0.0/8', '::1'],
    tls: { cert: '/etc/ssl/polls.pem', key: '/etc/ssl/polls.key' },
    webhook: {
      url: 'https://chat.example.com/hooks/pollcast?room=1',
      secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
      allowsPrivate: false,
    },
    webDev: true,
  })
})

test('the CREATE_KEY of a command is checked as that of a server, and not repeated', () => {
  expect(readCreateKey({})).toBeUndefined()
  expect(readCreateKey({ CREATE_KEY: 'only-for-teachers' })).toBe('only-for-teachers')
  for (const CREATE_KEY of ['only-for\nteachers', 'schlüssel-für-alle', 'only-for-teachers ']) {
    expect(() => readCreateKey({ CREATE_KEY })).toThrow(/^CREATE_KEY: (?!.*only-for|.*schl)/)
  }
})

test('a certificate without its key, or a key without its certificate, is refused', () => {
  expect(refusal({ TLS_CERT: 'cert.pem' })).toMatch(/^ {2}TLS_KEY: is needed too where TLS_CERT is set/m)
  expect(refusal({ TLS_KEY: 'key.pem' })).toMatch(/^ {2}TLS_CERT: is needed too where TLS_KEY is set/m)
})

test('empty variables, and those of other programs, are ignored', () => {
  expect(readConfig({ PORT: '', RATE_LIMIT: '', ALLOWED_ORIGINS: '', PATH: '/bin' })).toEqual(readConfig({}))
})

test('all invalid variables are reported at once, each with what it should be', () => {
  const message = refusal({
    PORT: 'http',
    DATABASE_URL: 'mysql://root@db/polls',
    REDIS_URL: 'localhost:6379',
    WORKERS: '0',
    RATE_LIMIT: 'yes',
    CREATE_POLLS: 'teachers',
    CREATE_KEY: 'a b',
    ADMIN_KEY: 'only-19-characters-',
    MAX_ROOMS: '0',
    MAX_POLLS: '201',
    RETENTION_DAYS: '-1',
    METRICS_PORT: '-1',
    BACKUP_KEEP: '0',
    WEBHOOK_URL: 'chat.example.com',
    WEBHOOK_SECRET: 'secret',
    WEBHOOK_PRIVATE: 'yes',
    LOG_LEVEL: 'loud',
    ALLOWED_ORIGINS: 'https://ok.example.com,example.com',
    PUBLIC_URL: 'polls.example.com',
    TRUST_PROXY: 'yes',
    WEB_DEV: 'true',
  })
  expect(message.split('\n').map((line) => line.trim())).toEqual([
    expect.any(String),
    expect.stringMatching(/^PORT: .*65535/),
    expect.stringMatching(/^DATABASE_URL: .*sqlite:/),
    expect.stringMatching(/^REDIS_URL: .*redis:/),
    expect.stringMatching(/^WORKERS: .*auto/),
    expect.stringMatching(/^RATE_LIMIT: .*on or off/),
    expect.stringMatching(/^CREATE_POLLS: .*nobody/),
    expect.stringMatching(/^CREATE_KEY: .*12 to 128/),
    expect.stringMatching(/^ADMIN_KEY: .*20 to 128/),
    expect.stringMatching(/^MAX_ROOMS: .*from 1/),
    expect.stringMatching(/^MAX_POLLS: .*from 1 to 200/),
    expect.stringMatching(/^RETENTION_DAYS: .*9999/),
    expect.stringMatching(/^LOG_LEVEL: .*silent/),
    expect.stringMatching(/^METRICS_PORT: .*65535/),
    expect.stringMatching(/^BACKUP_KEEP: .*9999/),
    expect.stringMatching(/^WEBHOOK_URL: .*https:/),
    expect.stringMatching(/^WEBHOOK_SECRET: .*whsec_/),
    expect.stringMatching(/^WEBHOOK_PRIVATE: .*on or off/),
    expect.stringMatching(/^ALLOWED_ORIGINS: .*"example\.com"/),
    expect.stringMatching(/^PUBLIC_URL: .*https:/),
    expect.stringMatching(/^TRUST_PROXY: .*number of proxies/),
    expect.stringMatching(/^WEB_DEV: .*on or off/),
  ])
})

test.each(settingNames)('%s, whatever is in it, is taken or refused by its name, in a short line', (name) => {
  const others = {
    CREATE_KEY: { CREATE_POLLS: 'key' },
    TLS_CERT: { TLS_KEY: 'key.pem' },
    TLS_KEY: { TLS_CERT: 'cert.pem' },
    WEBHOOK_URL: { WEBHOOK_SECRET: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' },
    WEBHOOK_SECRET: { WEBHOOK_URL: 'https://chat.example.com' },
  }[name]
  for (const value of [
    'wrong',
    '-1',
    '9'.repeat(20),
    'a b',
    '../..',
    'http://u:secret@h/x',
    'é',
    'x'.repeat(100_000),
  ]) {
    try {
      readConfig({ ...others, [name]: value })
    } catch (error) {
      expect(error).toBeInstanceOf(ConfigError)
      expect((error as Error).message).toMatch(new RegExp(`^.+:\n  ${name}: .{1,300}$`))
    }
  }
  expect(refusal({ ...others, [name]: 'x'.repeat(100_000) })).toContain(`\n  ${name}: `)
})

test('variables that are valid one by one, and not together, are refused', () => {
  expect(refusal({ PORT: '4000', METRICS_PORT: '4000' })).toMatch(/METRICS_PORT: .*another port/)
  expect(refusal({ BACKUP_DIR: 'backups', DATABASE_URL: 'postgres://db/polls' })).toMatch(/BACKUP_DIR: .*pg_dump/)
  expect(refusal({ CREATE_POLLS: 'key' })).toMatch(/CREATE_KEY: is needed/)
  const same = 'the-same-for-everybody'
  expect(refusal({ CREATE_POLLS: 'key', CREATE_KEY: same, ADMIN_KEY: same })).toMatch(/ADMIN_KEY: .*another one/)
  expect(refusal({ CREATE_KEY: 'only-for-teachers' })).toMatch(/CREATE_KEY: .*unless CREATE_POLLS is key/)
  expect(readConfig({ PORT: '0', METRICS_PORT: '0' }).metricsPort).toBe(0)
  expect(refusal({ WEBHOOK_URL: 'https://chat.example.com' })).toMatch(/WEBHOOK_SECRET: is needed/)
  expect(refusal({ WEBHOOK_SECRET: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' })).toMatch(
    /WEBHOOK_SECRET: .*unless WEBHOOK_URL/,
  )
})

test.each([
  'http://127.0.0.1:8000/hook',
  'http://localhost/hook',
  'http://hooks.localhost/',
  'http://[::1]/hook',
  'http://10.1.2.3/hook',
  'http://169.254.169.254/latest',
  // As browsers and Node read it.
  'http://2130706433/',
])('WEBHOOK_URL=%s is refused unless WEBHOOK_PRIVATE is on', (WEBHOOK_URL) => {
  const WEBHOOK_SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
  expect(refusal({ WEBHOOK_URL, WEBHOOK_SECRET })).toMatch(
    /WEBHOOK_URL: is in a private network: set WEBHOOK_PRIVATE=on/,
  )
  expect(readConfig({ WEBHOOK_URL, WEBHOOK_SECRET, WEBHOOK_PRIVATE: 'on' }).webhook?.allowsPrivate).toBe(true)
})

test.each([
  'whsec_',
  'whsec_c2hvcnQ=',
  `whsec_${'A'.repeat(100)}`,
  'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  `${'whsec_'}####`,
])('WEBHOOK_SECRET=%s is refused', (WEBHOOK_SECRET) => {
  expect(refusal({ WEBHOOK_URL: 'https://chat.example.com', WEBHOOK_SECRET })).toMatch(/WEBHOOK_SECRET: must be whsec_/)
})

test.each(['-1', '65536', '3000.5', ' 3000', '0x10', '1e3', '99999'])('PORT=%s is refused', (PORT) => {
  expect(refusal({ PORT })).toContain('PORT')
})

test.each(['*', 'https://a.example.com/', 'https://a.example.com/page', 'https://a.example.com:443', 'null'])(
  'ALLOWED_ORIGINS=%s is refused: browsers send no such origin',
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
])('DATABASE_URL=%s is refused, and its password is not repeated', (DATABASE_URL) => {
  expect(refusal({ DATABASE_URL })).toContain('DATABASE_URL')
  expect(refusal({ DATABASE_URL })).not.toContain('secret')
})

test.each(['postgres://polls:secret@db.example.com:5433/polls', 'postgresql://db/polls'])(
  'DATABASE_URL=%s is a PostgreSQL database',
  (DATABASE_URL) => {
    expect(readConfig({ DATABASE_URL }).database).toEqual({ url: DATABASE_URL })
  },
)

const meant: [string, string][] = [
  ['sqlite://data/polls.sqlite', 'sqlite:data/polls.sqlite, for one from the root sqlite:/data/polls.sqlite'],
  ['sqlite:///var/lib/polls.sqlite', 'sqlite:/var/lib/polls.sqlite'],
  ['sqlite:~/polls.sqlite', 'full path'],
  ['sqlite:$HOME/polls.sqlite', 'variable'],
  ['sqlite:polls.sqlite?mode=ro', 'leave out the "?"'],
  ['sqlite:file:polls.sqlite', 'without file:'],
  ['sqlite::memory:', 'must name a file'],
  ['sqlite:my%20polls.sqlite', 'without percent-encoding'],
  ['sqlite:data/', 'is a folder'],
  ['sqlite:.', 'is a folder'],
  ['sqlite:data/..', 'is a folder'],
  ['sqlite:data/polls.sqlite-wal', 'sqlite:data/polls.sqlite,'],
  ['sqlite: polls.sqlite', 'space'],
  ['"sqlite:polls.sqlite"', 'quotes'],
  ['postgres://polls:1/2@db.example.com/polls', '%2F'],
  ['postgres://polls:1#2@db.example.com/polls', '%23'],
  ['postgres://polls:1?2@db.example.com/polls', '%3F'],
  ['postgres://polls:100%@db.example.com/polls', '%25'],
]

test.each(meant)('DATABASE_URL=%s is refused with what may be meant', (DATABASE_URL, hint) => {
  const [, line] = refusal({ DATABASE_URL }).split('\n  DATABASE_URL: ')
  expect(line).toContain(hint)
})

test.each([
  'sqlite:polls.sqlite',
  'sqlite:../p.db',
  'sqlite:/srv/Our polls/été #1.sqlite',
  'sqlite:C:\\polls\\p.sqlite',
  'sqlite:.polls',
])('DATABASE_URL=%s is that path', (DATABASE_URL) => {
  expect(readConfig({ DATABASE_URL }).database).toEqual({ path: DATABASE_URL.slice('sqlite:'.length) })
})

test.each([
  ['[::1]', 'without brackets: ::1'],
  ['[::1]:3000', 'set HOST to ::1, and PORT to 3000'],
  ['localhost:3000', 'set HOST to localhost, and PORT to 3000'],
  ['127.0.0.1:80', 'set HOST to 127.0.0.1, and PORT to 80'],
  ['http://localhost', 'leave out http://'],
  ['*', 'all interfaces'],
  ['256.0.0.1', 'not an IP address'],
  ['127.0.0', 'not an IP address'],
  ['::g', 'not an IP address'],
  ['10.0.0.0/8', 'one address'],
  ['my host', 'neither'],
])('HOST=%s is refused with what may be meant', (HOST, hint) => {
  expect(refusal({ HOST })).toMatch(/\n {2}HOST: /)
  expect(refusal({ HOST })).toContain(hint)
})

test.each(['::1', '0.0.0.0', 'fe80::1%eth0', 'localhost', 'polls.example.com', 'my-host_1'])(
  'HOST=%s is accepted',
  (HOST) => {
    expect(readConfig({ HOST }).host).toBe(HOST)
  },
)

test.each(['redis:///1', 'redis://h/polls', 'redis://:1/2@h', 'redis://:100%@h', 'redis://', 'http://h'])(
  'REDIS_URL=%s is refused',
  (REDIS_URL) => {
    expect(refusal({ REDIS_URL })).toMatch(/REDIS_URL: (must|has)/)
  },
)

const valid: Record<string, string> = {
  PORT: '3000',
  HOST: 'localhost',
  DATABASE_URL: 'sqlite:x.sqlite',
  REDIS_URL: 'redis://127.0.0.1',
  WORKERS: '2',
  RATE_LIMIT: 'off',
  LOG_LEVEL: 'error',
  ALLOWED_ORIGINS: 'https://a.example.com',
  PUBLIC_URL: 'https://a.example.com',
  TRUST_PROXY: 'on',
  WEB_DEV: 'off',
}

test.each(Object.entries(valid))(
  '%s with a carriage return, a space or quotes around it is refused with that reason',
  (name, value) => {
    expect(readConfig({ [name]: value })).toBeTruthy()
    expect(refusal({ [name]: `${value}\r` })).toContain(`\n  ${name}: ends with a carriage return`)
    expect(refusal({ [name]: `${value} ` })).toContain(`\n  ${name}: ends with a space`)
    expect(refusal({ [name]: `\t${value}` })).toContain(`\n  ${name}: has an invisible character (U+0009)`)
    expect(refusal({ [name]: ` ${value}` })).toContain(`\n  ${name}: begins with a space`)
    expect(refusal({ [name]: `\ufeff${value}` })).toContain(`\n  ${name}: has an invisible character (U+FEFF)`)
    expect(refusal({ [name]: `'${value}'` })).toContain(`\n  ${name}: is in quotes`)
    expect(refusal({ [name]: `${value}\r` }).split('\n')).toHaveLength(2)
  },
)

test('--help names every setting for admins', () => {
  const command = readCommandLine(['--help'], {})
  const named = [...JSON.stringify(command).matchAll(/\\n {2}([A-Z_]+) /g)].map(([, name]) => name)
  expect([...named, 'WEB_DEV'].sort()).toEqual([...settingNames].sort())
})

test('WORKERS=auto is one process for each core', () => {
  expect(readConfig({ WORKERS: 'auto' }).workers).toBe(availableParallelism())
})

test.each([
  ['off', false],
  ['0', false],
  ['on', 1],
  ['3', 3],
  ['192.0.2.1', ['192.0.2.1']],
  ['10.0.0.0/8,2001:db8::/32', ['10.0.0.0/8', '2001:db8::/32']],
])('TRUST_PROXY=%s is %s', (TRUST_PROXY, trust) => {
  expect(readConfig({ TRUST_PROXY }).trustProxy).toEqual(trust)
})

test.each([
  'true',
  '-1',
  '1.5',
  '100',
  'proxy.example.com',
  '10.0.0.0/33',
  '10.0.0.0/8/8',
  '10.0.0/8',
  '::1/129',
  '10.0.0.1:80',
  '10.0.0.1,',
])('TRUST_PROXY=%s is refused', (TRUST_PROXY) => {
  expect(refusal({ TRUST_PROXY })).toMatch(/TRUST_PROXY: must be off, on, /)
})

test.each([
  ['https://polls.example.com', 'https://polls.example.com'],
  ['http://192.0.2.1:3000/', 'http://192.0.2.1:3000'],
  ['HTTPS://Polls.Example.com:443', 'https://polls.example.com'],
  ['https://example.com/polls', 'https://example.com/polls'],
  ['https://example.com/tools/live-polls/', 'https://example.com/tools/live-polls'],
])('PUBLIC_URL=%s is what people open: %s', (PUBLIC_URL, publicUrl) => {
  expect(readConfig({ PUBLIC_URL }).publicUrl).toBe(publicUrl)
})

test.each([
  'polls.example.com',
  '/polls',
  'ftp://example.com',
  'https://',
  'https:///polls.example.com',
  'https:polls.example.com',
  'https://example.com//polls',
  'https://example.com/a b',
  'https://example.com/%70olls',
  'https://example.com/polls?a=b',
  'https://example.com/?a=b',
  'https://example.com/#top',
  'https://me:secret@example.com',
  'https://exa mple.com',
])('PUBLIC_URL=%s is refused', (PUBLIC_URL) => {
  expect(refusal({ PUBLIC_URL })).toMatch(/PUBLIC_URL: must be an http or https address/)
})
