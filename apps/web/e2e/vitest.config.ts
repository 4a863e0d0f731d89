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
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // The machine that runs them has two cores, which Chromium and a server fill.
    fileParallelism: false,
  },
})
