import { defineConfig } from 'vitest/config'

/**
 * What is given to others: the package, the image, the unit. They are installed as their users do, with what has to be downloaded
 * and compiled for it, so these tests take minutes and have a command of their own: `npm run test:packages`.
 */
export default defineConfig({
  root: import.meta.dirname,
  resolve: { conditions: ['source', 'node', 'module'] },
  ssr: { resolve: { conditions: ['source', 'node', 'module'] } },
  test: {
    name: 'packages',
    include: ['test/packages/**/*.test.ts'],
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 1_800_000,
    provide: { servers: true },
  },
})
