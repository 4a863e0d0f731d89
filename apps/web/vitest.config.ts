import vue from '@vitejs/plugin-vue'
import { defaultServerConditions } from 'vite'
import { defineConfig, defineProject } from 'vitest/config'
import { messages } from './vite/messages.ts'

const conditions = ['source', ...defaultServerConditions]

// Tests wait for what they test and not for a time: this ends what hangs, also where the machine is slow and busy.
const limits = { testTimeout: 180_000, hookTimeout: 180_000 }

/** The tests in e2e/ have their own configuration, as they need a browser and the API. */
export const unit = defineProject({
  root: import.meta.dirname,
  plugins: [vue(), messages()],
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: { ...limits, name: 'web unit', isolate: false, maxWorkers: '100%', include: ['src/**/*.test.ts'], css: true },
})

export default defineConfig({ test: { projects: [unit] } })
