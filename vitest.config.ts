import { defineConfig } from 'vitest/config'
import { unit as api } from './apps/api/vitest.config.ts'
import { unit as loadtest } from './apps/loadtest/vitest.config.ts'
import { unit as web } from './apps/web/vitest.config.ts'

/** The unit tests of all workspaces, on every core, for `npm run test:unit` and `npm run test:watch`. */
export default defineConfig({ test: { projects: [api, loadtest, web] } })
