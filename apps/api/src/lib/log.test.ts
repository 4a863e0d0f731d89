import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT } from '../../testing/built-server.ts'
import { jsonLog } from './json-log.ts'
import { logEvents } from './log.ts'

test('docs/logs.md explains every event that can be logged, once, and no other', () => {
  const rows = readFileSync(join(ROOT, 'docs/logs.md'), 'utf8').matchAll(/^\| `([a-z-]+)` /gm)
  expect([...rows].map(([, event]) => event)).toEqual([...logEvents])
})

test('an entry is a line of JSON with its event, its fields and its sentence; an error has its stack', () => {
  const lines: string[] = []
  const log = jsonLog('info', { write: (line) => void lines.push(line) })
  log.debug('not this', { event: 'request' })
  log.info('A backup.', { event: 'backup-made', file: '/b.sqlite' })
  log.error('It failed.', { event: 'backup-failed' })
  log.error(new Error('a bug'), { event: 'unexpected-error' })
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    expect.objectContaining({ level: 30, event: 'backup-made', file: '/b.sqlite', msg: 'A backup.' }),
    expect.objectContaining({ level: 50, event: 'backup-failed', msg: 'It failed.' }),
    expect.objectContaining({
      level: 50,
      event: 'unexpected-error',
      msg: 'a bug',
      err: expect.objectContaining({ stack: expect.stringContaining('log.test.ts') }),
    }),
  ])
})
