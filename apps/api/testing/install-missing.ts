import { existsSync } from 'node:fs'
import { programOf } from './debian-package.ts'
import { postgresPrograms } from './postgres-server.ts'
import { redisProgram } from './redis-server.ts'

/** What the tests of several processes ask for them. Small Debian images have none. */
const ps = () => programOf('procps', () => ['/usr/bin/ps', '/bin/ps'].find(existsSync), 'There is no ps.')

/**
 * Installs what is missing before any test's time runs, where that can be done. Where it can't, those tests that need it
 * say so, and the others run.
 */
export async function setup(): Promise<void> {
  for (const install of [postgresPrograms, redisProgram, ps]) await install().catch(() => {})
}
