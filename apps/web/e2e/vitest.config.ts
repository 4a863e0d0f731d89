import { fileURLToPath } from 'node:url'
import { defaultServerConditions } from 'vite'
import { defineConfig, defineProject } from 'vitest/config'

const conditions = ['source', ...defaultServerConditions]
const base = { resolve: { conditions }, ssr: { resolve: { conditions } } }
const common = {
  root: fileURLToPath(new URL('.', import.meta.url)),
  globalSetup: [fileURLToPath(new URL('support/find-chromium.ts', import.meta.url))],
  // Tests wait for conditions. These limits only end a test that hangs, even on a slow and busy machine.
  testTimeout: 300_000,
  hookTimeout: 300_000,
  expect: { poll: { timeout: 120_000, interval: 20 } },
}

/** Tests of who holds the stream, and of what is drawn in which frame: tabs that are slow are taken for dead. */
const ALONE = [
  'appearance',
  'freshness',
  'lifecycle',
  'live-poll',
  'many-tabs',
  'one-vote',
  'put-back',
  'refused-apis',
  'restart',
  'waiting-votes',
  'wild',
].map((name) => `${name}.test.ts`)

export default defineConfig({
  test: {
    projects: [
      defineProject({
        ...base,
        test: {
          ...common,
          name: 'pages',
          exclude: ['node_modules/**', ...ALONE],
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      }),
      defineProject({
        ...base,
        test: { ...common, name: 'live', include: ALONE, maxWorkers: 1, sequence: { groupOrder: 1 } },
      }),
    ],
  },
})
