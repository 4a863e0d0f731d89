import { fileURLToPath } from 'node:url'
import { defaultServerConditions } from 'vite'
import { configDefaults, defineConfig, defineProject } from 'vitest/config'

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

/** Tests of what pages say and do. In all others it counts who holds the stream, or when what is drawn: tabs that are slow are taken for dead. */
const SIDE_BY_SIDE = [
  'accessibility',
  'admin',
  'create-polls',
  'embed',
  'examples',
  'fallback',
  'front-page',
  'host-page',
  'host',
  'languages',
  'new-poll',
  'other-hosts',
  'other-sites',
  'privacy',
  'proof-of-work',
  'refusals',
  'room',
  'screen',
  'sub-path',
  'text-size',
  'theme',
].map((name) => `${name}.test.ts`)

export default defineConfig({
  test: {
    projects: [
      defineProject({
        ...base,
        test: { ...common, name: 'pages', include: SIDE_BY_SIDE, maxWorkers: 2, sequence: { groupOrder: 0 } },
      }),
      defineProject({
        ...base,
        test: {
          ...common,
          name: 'live',
          exclude: [...configDefaults.exclude, ...SIDE_BY_SIDE],
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      }),
    ],
  },
})
