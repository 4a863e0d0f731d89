import vue from '@vitejs/plugin-vue'
import { defaultServerConditions } from 'vite'
import { defineConfig, defineProject } from 'vitest/config'
import { messages } from './vite/messages.ts'

const conditions = ['source', ...defaultServerConditions]

/** The tests in e2e/ have their own configuration, as they need a browser and the API. */
export const unit = defineProject({
  root: import.meta.dirname,
  plugins: [vue(), messages()],
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: { name: 'web unit', isolate: false, include: ['src/**/*.test.ts'], css: true },
})

export default defineConfig({ test: { projects: [unit] } })
