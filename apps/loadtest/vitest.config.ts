import { defineConfig, defineProject } from 'vitest/config'

// `source` finds the TypeScript of the other workspaces, so that a test never runs against a stale build of it.
const conditions = ['source', 'node', 'module']
const base = { root: import.meta.dirname, resolve: { conditions }, ssr: { resolve: { conditions } } }

export const unit = defineProject({
  ...base,
  test: {
    name: 'loadtest unit',
    isolate: false,
    include: ['**/*.test.ts'],
    exclude: ['**/*.integration.test.ts', '**/node_modules/**'],
  },
})

/** The commands themselves, each with the servers that it starts. */
const integration = defineProject({
  ...base,
  test: {
    name: 'loadtest integration',
    include: ['**/*.integration.test.ts'],
    // They measure and break servers under load: two at once would only load each other.
    fileParallelism: false,
  },
})

export default defineConfig({ test: { projects: [unit, integration] } })
