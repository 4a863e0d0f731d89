import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import vueI18n from '@intlify/unplugin-vue-i18n/vite'
import type { Plugin } from 'vite'

const FOLDER = fileURLToPath(new URL('../src/i18n', import.meta.url))

/**
 * Compiles src/i18n/*.json when the app is built: the pages' content security policy forbids to do that in the browser,
 * and the compiler need not be loaded.
 */
export const messages = () => [compiled(), forServer()]

const compiled = () =>
  vueI18n({
    include: join(FOLDER, '*.json'),
    runtimeOnly: true,
    dropMessageCompiler: true,
    fullInstall: false,
  })

/** Puts them beside the manifest, as they are: the API takes what it writes itself from them. */
const forServer = (): Plugin => ({
  name: 'pollcast:messages-for-server',
  apply: 'build',
  async generateBundle() {
    for (const name of await readdir(FOLDER)) {
      if (!name.endsWith('.json')) continue
      this.emitFile({ type: 'asset', fileName: `.vite/i18n/${name}`, source: await readFile(join(FOLDER, name)) })
    }
  },
})
