import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pluralForm } from '@pollcast/shared/plural-form'
import type { Context } from 'koa'
import { english } from './english.ts'

type TextKey = keyof typeof english

/** Texts, numbers and their plurals in one language. */
export class Texts {
  /** Its tag, for `<html lang>`. */
  readonly language: string
  readonly #messages: Partial<Record<string, string>>
  readonly #numbers: Intl.NumberFormat
  readonly #percents: Intl.NumberFormat
  readonly #pluralForm: ReturnType<typeof pluralForm>

  /** @param messages as in the web app's src/i18n: `{name}` is a value, `|` separates plural forms */
  constructor(language: string, messages: Partial<Record<string, string>>) {
    this.language = language
    this.#messages = messages
    this.#numbers = new Intl.NumberFormat(language)
    this.#percents = new Intl.NumberFormat(language, { style: 'percent' })
    this.#pluralForm = pluralForm(language)
  }

  t(key: TextKey, values: Record<string, string> = {}, count?: number): string {
    const message = this.#messages[key] ?? english[key]
    const forms = message.split('|')
    const form = count === undefined ? message : (forms[this.#pluralForm(count, forms.length)] ?? '')
    return form.trim().replace(/\{(\w+)\}/g, (_, name) => values[name] ?? '')
  }

  /** What the problem with this code is and what to do; undefined where there is no text for it. */
  problem(code: string): string | undefined {
    return this.#messages[`problem.${code}`]
  }

  number(value: number): string {
    return this.#numbers.format(value)
  }

  /** @param share from 0 to 1 */
  readonly percent = (share: number): string => this.#percents.format(share)

  voters(count: number): string {
    return this.t('count.voters', { count: this.number(count) }, count)
  }

  votes(count: number): string {
    return this.t('count.votes', { count: this.number(count) }, count)
  }
}

/** In English there are no texts for problems: the API's own say more. */
export const ENGLISH = new Texts('en', english)

/** The languages that the server's own texts are in. */
export class Languages {
  readonly #texts = new Map([[ENGLISH.language, ENGLISH]])

  /** @param folder with a file of messages for each language, `de.json`; where it is missing, there is English */
  constructor(folder: string) {
    if (!existsSync(folder)) return
    for (const file of readdirSync(folder)) {
      const [, language] = /^([\w-]+)\.json$/.exec(file) ?? []
      if (!language || language === ENGLISH.language) continue
      this.#texts.set(language, new Texts(language, messagesOf(readFileSync(join(folder, file), 'utf8'))))
    }
  }

  /** The first of the client's languages that there is (`Accept-Language`), and English if there is none. */
  for(ctx: Context): Texts {
    ctx.vary('Accept-Language')
    return this.#texts.get(ctx.acceptsLanguages([...this.#texts.keys()]) || '') ?? ENGLISH
  }
}

/** Most messages are of the app alone. */
function messagesOf(json: string): Record<string, string> {
  const messages = Object.entries(JSON.parse(json) as Record<string, string>)
  return Object.fromEntries(messages.filter(([key]) => Object.hasOwn(english, key) || key.startsWith('problem.')))
}
