import vue from '@vitejs/plugin-vue'
import { defaultClientConditions, defineConfig } from 'vite'
import { apiProxy } from './vite/api-proxy.ts'
import { messages } from './vite/messages.ts'
import { precompress } from './vite/precompress.ts'

export default defineConfig({
  plugins: [vue(), messages(), apiProxy(Number(process.env.PORT ?? 3000)), precompress()],
  // Reads the contract package as TypeScript, so that it need not be built first.
  resolve: { conditions: ['source', ...defaultClientConditions] },
  experimental: {
    // So that one build can be served under any path: the API puts it in front of what pages name. Only index.html, which
    // another host serves at any depth, has addresses from its root.
    renderBuiltUrl: (file, { hostType }) => (hostType === 'html' ? `/${file}` : { relative: true }),
  },
  build: {
    // The API looks up the entry's script and styles in it when it serves pages.
    manifest: true,
    // The pages' content security policy forbids data: URLs.
    assetsInlineLimit: 0,
    // Older browsers get the form that the server renders. To support them, chart.js alone would be 15 KB larger.
    target: ['chrome111', 'edge111', 'firefox114', 'safari16.4'],
  },
})
