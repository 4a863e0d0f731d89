import { compile, createCoreContext, registerMessageCompiler, translate } from '@intlify/core-base'
import { pluralForm } from '@pollcast/shared/plural-form'
import { directionOf } from '@pollcast/shared/text-direction'
import { shallowReadonly, shallowRef } from 'vue'
import en from './en.json'

/** Messages are in groups: `poll.closed` is one of those that show a poll. */
export type MessageKey = keyof typeof en

/** Every other language is a file of its own, loaded when it is chosen. English is there from the start. */
const loaders = import.meta.glob<{ default: typeof en }>(['./*.json', '!./en.json'])
const localeOf = (path: string) => path.slice('./'.length, -'.json'.length)

export const locales: readonly string[] = ['en', ...Object.keys(loaders).map(localeOf)]

// Messages come compiled (vite/messages.ts); this turns them into functions, and has no compiler in it.
registerMessageCompiler(compile)
const context = createCoreContext({
  locale: 'en',
  fallbackLocale: 'en',
  messages: { en } as Record<string, typeof en>,
  pluralRules: Object.fromEntries(locales.map((locale) => [locale, pluralForm(locale)])),
})

const current = shallowRef('en')
/** The language of the page, as `<html lang>` has it. */
export const locale = shallowReadonly(current)

/**
 * A message in the page's language. Where a component or a computed value reads it, it follows a change of language.
 *
 * @param count which of the message's plural forms is wanted
 */
export function t(key: MessageKey, values: Record<string, unknown> = {}, count?: number): string {
  const options = { locale: current.value, ...(count !== undefined && { plural: count }) }
  return String(translate(context, key, values, options))
}

/** Whether there is such a message: for keys that the server's codes are made into. */
export const isMessage = (key: string): key is MessageKey => Object.hasOwn(en, key)

/** Loads a language and shows the page in it. Where it does not load, the page stays as it is. */
export async function setLocale(wanted: string): Promise<void> {
  const load = loaders[`./${wanted}.json`]
  if (load) {
    try {
      context.messages[wanted] = (await load()).default
    } catch (error) {
      console.error(error)
      return
    }
  }
  if (!locales.includes(wanted)) return
  current.value = wanted
  document.documentElement.lang = wanted
  document.documentElement.dir = directionOf(wanted)
}
