import { fileURLToPath } from 'node:url'
import vueI18n from '@intlify/unplugin-vue-i18n/vite'

/**
 * Compiles src/i18n/*.json when the app is built: the pages' content security policy forbids to do that in the browser,
 * and the compiler need not be loaded.
 */
export const messages = () =>
  vueI18n({
    include: fileURLToPath(new URL('../src/i18n/*.json', import.meta.url)),
    runtimeOnly: true,
    dropMessageCompiler: true,
    fullInstall: false,
  })
