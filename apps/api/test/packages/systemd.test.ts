import { execFile } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, test } from 'vitest'
import { readConfig } from '../../src/config/config.ts'
import { ROOT } from '../../testing/built-server.ts'
import { tempFolder } from '../../testing/temp-folder.ts'

const UNIT = join(ROOT, 'packaging/pollcast.service')

/** As `systemd-analyze security` counts, from 0 to 100. */
const MOST_EXPOSURE = 20

describe('the unit', () => {
  beforeAll(() => {
    if (existsSync('/usr/bin/systemd-analyze')) return
    throw new Error('These tests ask systemd, and there is no systemd-analyze: on Debian, "apt-get install systemd".')
  })

  test('systemd finds nothing wrong with it', async () => {
    const unit = join(tempFolder(), 'pollcast.service')
    // pollcast need not be installed here.
    writeFileSync(unit, readFileSync(UNIT, 'utf8').replace('ExecStart=pollcast', 'ExecStart=/bin/true'))
    expect(await promisify(execFile)('systemd-analyze', ['verify', unit])).toEqual({ stdout: '', stderr: '' })
  })

  test('systemd finds it hardened', async () => {
    const args = ['security', '--offline=true', `--threshold=${MOST_EXPOSURE}`, UNIT]
    await promisify(execFile)('systemd-analyze', args)
  })
})

test("the unit's settings are Pollcast's", () => {
  const settings = [...readFileSync(UNIT, 'utf8').matchAll(/^Environment=(\w+)=(.*)$/gm)]
  expect(readConfig(Object.fromEntries(settings.map(([, name, value]) => [name, value])))).toMatchObject({
    database: { path: '/var/lib/pollcast/pollcast.sqlite' },
  })
})
