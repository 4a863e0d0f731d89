import vue from '@vitejs/plugin-vue'
import { defaultServerConditions } from 'vite'
import { defineConfig } from 'vitest/config'

const conditions = ['source', ...defaultServerConditions]

export default defineConfig({
  plugins: [vue()],
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  // The tests in e2e have a configuration of their own: they need a browser and the API.
  test: { environment: 'node', include: ['src/**/*.test.ts'], css: true },
})
