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
    // Tests wait for what they test and not for a time: these end what hangs, also where the machine is slow and busy.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 10_000, interval: 20 } },
    // The machine that runs them has two cores, which Chromium and a server fill.
    fileParallelism: false,
  },
})
