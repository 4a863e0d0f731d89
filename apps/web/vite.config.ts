import vue from '@vitejs/plugin-vue'
import { defaultClientConditions, defineConfig } from 'vite'
import { apiProxy } from './vite/api-proxy.ts'
import { precompress } from './vite/precompress.ts'

export default defineConfig({
  plugins: [vue(), apiProxy(Number(process.env.PORT ?? 3000)), precompress()],
  // The contract package is read as TypeScript, so that it needs no build of its own before ours.
  resolve: { conditions: ['source', ...defaultClientConditions] },
  build: {
    // The API finds the entry's script and styles here when it serves the pages.
    manifest: true,
    // The pages' content security policy refuses data: addresses.
    assetsInlineLimit: 0,
    // Older browsers get the form that the server renders: for them chart.js alone would be 15 KB larger.
    target: ['chrome111', 'edge111', 'firefox114', 'safari16.4'],
  },
})
