import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defineConfig, defineProject } from 'vitest/config'

declare module 'vitest' {
  interface ProvidedContext {
    /** Whether tests may use PostgreSQL and Redis. */
    servers: boolean
  }
}

// `source` finds shared's own TypeScript, so that a test never runs against a stale build of it.
const conditions = ['source', 'node', 'module']
const base = { root: import.meta.dirname, resolve: { conditions }, ssr: { resolve: { conditions } } }
// Tests wait for what they test and not for a time: these end what hangs, also where the machine is slow and busy.
const limits = { testTimeout: 180_000, hookTimeout: 180_000, expect: { poll: { timeout: 60_000, interval: 20 } } }

/** Tests that need no other process: in-process servers, loopback sockets and SQLite files are as real as anywhere. */
export const unit = defineProject({
  ...base,
  test: {
    ...limits,
    name: 'api unit',
    setupFiles: [join(import.meta.dirname, 'testing/check-answers.ts')],
    // Loading Koa and TypeORM anew for each file would take longer than the tests.
    isolate: false,
    maxWorkers: '100%',
    include: ['src/**/*.test.ts'],
    exclude: ['**/*.integration.test.ts'],
    provide: { servers: false },
    // Files that need not outlast a power cut, though SQLite waits for the disk as if they had to.
    env: { TMPDIR: existsSync('/dev/shm') ? '/dev/shm' : tmpdir() },
  },
})

/** Tests with PostgreSQL, Redis, or the built server in processes of its own. */
const integration = defineProject({
  ...base,
  test: {
    ...limits,
    name: 'api integration',
    include: ['test/**/*.test.ts', 'src/**/*.integration.test.ts', 'src/**/*.contract.test.ts'],
    exclude: ['test/packages/**'],
    globalSetup: 'testing/install-missing.ts',
    provide: { servers: true },
    // Files wait for processes more than they compute. Each has its own ports, folders and databases.
    maxWorkers: '100%',
    sequence: { groupOrder: 1 },
  },
})

export default defineConfig({ test: { projects: [unit, integration] } })
