import { readFileSync } from 'node:fs'

/** The package that `npm pack` makes has the API's dependencies as its own. Here, only the API imports them. */
const { dependencies } = JSON.parse(readFileSync(new URL('./apps/api/package.json', import.meta.url), 'utf8'))

/** @type {import('knip').KnipConfig} */
export default {
  includeEntryExports: true,
  workspaces: {
    '.': {
      entry: ['examples/*.mjs'],
      vitepress: { config: 'docs/.vitepress/config.ts', entry: 'docs/.vitepress/theme/index.ts' },
      ignoreDependencies: Object.keys(dependencies),
    },
    // The deck of examples/ loads the one, a stylesheet the other.
    'apps/web': { ignoreDependencies: ['reveal.js', '@fontsource/besley'] },
    'apps/loadtest': {
      entry: ['bench/peers/*.ts', 'attack/fake-servers/*.ts'],
    },
  },
  ignoreBinaries: ['mkfifo', 'openssl', 'pg_dump', 'sqlite3', 'taskset'],
  ignoreExportsUsedInFile: { interface: true, type: true },
}
