import type { NetworkInterfaceInfo } from 'node:os'
import { expect, test } from 'vitest'
import { announcement } from './announcement.ts'
import { readConfig } from './config.ts'

const at = (address: string, internal = false) =>
  ({ address, internal, family: address.includes(':') ? 'IPv6' : 'IPv4' }) as NetworkInterfaceInfo

const wifi = [at('fe80::1'), at('2001:db8::5'), at('192.168.1.5')]
const interfaces = { lo: [at('127.0.0.1', true), at('::1', true)], wifi, off: undefined }

const linesOf = (
  environment: NodeJS.ProcessEnv,
  found: Parameters<typeof announcement>[1]['interfaces'] = interfaces,
) => announcement(readConfig(environment), { port: 3000, version: '1.2.3', interfaces: found })

test('the start tells where it is, what others in the network open, the version and the database', () => {
  expect(linesOf({})).toEqual([
    'Pollcast is at http://localhost:3000',
    'Others in the same network open http://192.168.1.5:3000',
    'Version 1.2.3, database: SQLite, data/pollcast.sqlite',
  ])
})

test('a machine with several networks has an address in each of them, and one with IPv6 only has those', () => {
  expect(linesOf({}, { a: [at('10.0.0.2')], b: [at('10.1.0.2')] })[1]).toContain(
    'http://10.0.0.2:3000 or http://10.1.0.2:3000',
  )
  expect(linesOf({}, { a: [at('2001:db8::5')] })[1]).toContain('http://[2001:db8::5]:3000')
  expect(linesOf({ HOST: '0.0.0.0' }, { a: [at('2001:db8::5')] })[1]).toContain("Others can't open it")
})

test('PUBLIC_URL is what others open', () => {
  expect(linesOf({ PUBLIC_URL: 'https://polls.example.com' })[1]).toBe('Others open https://polls.example.com')
})

test('HOST is what others open, unless it is this machine only', () => {
  expect(linesOf({ HOST: '192.168.1.5' })[1]).toBe('Others in the same network open http://192.168.1.5:3000')
  expect(linesOf({ HOST: '127.0.0.1' })[1]).toContain("Others can't open it")
  expect(linesOf({}, {})[1]).toContain("Others can't open it")
})

test('the name of the database has no password in it', () => {
  const lines = linesOf({ DATABASE_URL: 'postgres://polls:secret@db.example:5433/pollcast' })
  expect(lines[2]).toBe('Version 1.2.3, database: PostgreSQL, db.example:5433/pollcast')
})

test('with a certificate the addresses are https', () => {
  const config = { ...readConfig({}), tls: { cert: 'cert.pem', key: 'key.pem' } }
  const lines = announcement(config, { port: 443, metricsPort: 9100, version: '1.2.3', interfaces })
  expect(lines).toEqual([
    'Pollcast is at https://localhost:443',
    'Others in the same network open https://192.168.1.5:443',
    'Metrics are at http://localhost:9100/metrics',
    'Version 1.2.3, database: SQLite, data/pollcast.sqlite',
  ])
})
