import { languages } from '../browser/languages.ts'
import { storageOf } from '../browser/storage.ts'
import { locales, setLocale } from './index.ts'

const chosen = storageOf<string>('locale')

/** The user's own choice, or else the first of the browser's languages that there is; `de-CH` is served with `de`. */
export function preferredLocale(wanted = [chosen.read() ?? [], ...languages()].flat()): string {
  for (const language of wanted) {
    const [base = ''] = language.split('-')
    const found = [language, base].find((name) => locales.includes(name))
    if (found) return found
  }
  return 'en'
}

/** Shows the page in this language, now and on later visits. */
export async function chooseLocale(locale: string): Promise<void> {
  chosen.write(locale)
  await setLocale(locale)
}
