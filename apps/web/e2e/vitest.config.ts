import { fileURLToPath } from 'node:url'
import { defaultServerConditions } from 'vite'
import { defineConfig } from 'vitest/config'

const conditions = ['source', ...defaultServerConditions]

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    root: fileURLToPath(new URL('.', import.meta.url)),
    globalSetup: ['support/find-chromium.ts'],
    // Tests wait for conditions. These limits only end a test that hangs, even on a slow and busy machine.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 120_000, interval: 20 } },
    // Chromium and a server keep two cores busy: with two files at once, tabs are so slow that others take them for dead.
    fileParallelism: false,
  },
})
