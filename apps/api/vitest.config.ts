import { defineConfig } from 'vitest/config'

// `source` finds shared's own TypeScript, so that a test never runs against a stale build of it.
const conditions = ['source', 'node', 'module']

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    environment: 'node',
    globalSetup: 'test/support/install-missing.ts',
    include: [
      'src/**/*.test.ts',
      'test/**/*.test.ts',
      'bench/**/*.test.ts',
      'stress/**/*.test.ts',
      'attack/**/*.test.ts',
    ],
    // Real sockets, files and processes are slow on a machine that builds at the same time.
    testTimeout: 20_000,
    hookTimeout: 20_000,
  },
})
