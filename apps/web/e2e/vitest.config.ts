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
    // Chromium and a server keep two cores busy.
    fileParallelism: false,
  },
})
