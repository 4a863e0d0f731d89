import { defineConfig, defineProject } from 'vitest/config'

// `source` finds the TypeScript of the other workspaces, so that a test never runs against a stale build of it.
const conditions = ['source', 'node', 'module']
const base = { root: import.meta.dirname, resolve: { conditions }, ssr: { resolve: { conditions } } }

// These end what hangs, also where the machine is slow and busy.
const limits = { testTimeout: 300_000, hookTimeout: 300_000 }

export const unit = defineProject({
  ...base,
  test: {
    ...limits,
    name: 'loadtest unit',
    isolate: false,
    maxWorkers: '100%',
    include: ['**/*.test.ts'],
    exclude: ['**/*.integration.test.ts', '**/node_modules/**'],
  },
})

/** The commands themselves, each with the servers that it starts. */
const integration = defineProject({
  ...base,
  test: {
    ...limits,
    name: 'loadtest integration',
    include: ['**/*.integration.test.ts'],
    // They measure and break servers under load: two at once would only load each other.
    fileParallelism: false,
  },
})

export default defineConfig({ test: { projects: [unit, integration] } })
