import { defineConfig } from 'vitest/config'

// `source` finds the TypeScript of the other workspaces, so that a test never runs against a stale build of it.
const conditions = ['source', 'node', 'module']

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    environment: 'node',
    include: ['**/*.test.ts'],
    // Real processes are slow on a machine that builds at the same time.
    testTimeout: 20_000,
    hookTimeout: 20_000,
  },
})
