import { problemStatus } from '@pollcast/shared/problem'
import { expect, test } from 'vitest'
import { english as ofServer } from '../../../api/src/http/texts/english.ts'
import en from './en.json?raw'

type Messages = Record<string, string>

const english: Messages = JSON.parse(en)
const others = Object.entries(import.meta.glob<string>('./*.json', { query: '?raw', import: 'default', eager: true }))
  .map(([path, text]) => ({ locale: path.slice(2, -'.json'.length), messages: JSON.parse(text) as Messages }))
  .filter(({ locale }) => locale !== 'en')
const sources = Object.entries(
  import.meta.glob<string>('../**/*.{ts,vue}', { query: '?raw', import: 'default', eager: true }),
).filter(([path]) => !path.includes('.test.'))

/** The first argument of each call of `t`: a text, or one with `${…}` in it, or either of two. */
const used = sources.flatMap(([path, source]) =>
  [...source.matchAll(/(?<![\w.])t\(\s*(?:'([^']+)'|`([^`]+)`)/g)].map(([, text, template]) => ({
    path,
    key: text ?? template ?? '',
  })),
)
const pattern = (key: string) =>
  new RegExp(
    `^${key
      .split(/\$\{[^}]*\}/)
      .map((part) => part.replaceAll('.', '\\.'))
      .join('[\\w-]+')}$`,
  )
/** Those that stand for codes of the API and of the client. */
const ofProblems = [...Object.keys(problemStatus), 'unreachable', 'unexpected'].map((code) => `problem.${code}`)
const formsOf = (message: string) => message.split('|')
const parameters = (message: string) => [...new Set([...message.matchAll(/\{(\w+)\}/g)].map(([, name]) => name))].sort()

test('every message that the app asks for is there', () => {
  expect(used.length).toBeGreaterThan(50)
  const missing = used.filter(({ key }) => !Object.keys(english).some((name) => pattern(key).test(name)))
  expect(missing).toEqual([])
})

test('every message is used', () => {
  const unused = Object.keys(english).filter(
    (name) =>
      !ofProblems.includes(name) && !Object.hasOwn(ofServer, name) && !used.some(({ key }) => pattern(key).test(name)),
  )
  expect(unused).toEqual([])
})

test('every language has the same messages, each with the same values in it', () => {
  for (const { locale, messages } of others) {
    expect(Object.keys(messages).sort(), locale).toEqual(Object.keys(english).sort())
    for (const [name, message] of Object.entries(messages)) {
      expect(message, `${locale} ${name}`).not.toBe('')
      expect(parameters(message), `${locale} ${name}`).toEqual(parameters(english[name] ?? ''))
    }
  }
})

test('where English has plural forms, every language has all of its own', () => {
  for (const { locale, messages } of [{ locale: 'en', messages: english }, ...others]) {
    const { pluralCategories } = new Intl.PluralRules(locale).resolvedOptions()
    for (const [name, message] of Object.entries(messages)) {
      const expected = formsOf(english[name] ?? '').length > 1 ? pluralCategories.length : 1
      expect(formsOf(message), `${locale} ${name}`).toHaveLength(expected)
    }
  }
})

test('what the server writes itself is what the app has, word by word', () => {
  for (const [name, message] of Object.entries(ofServer)) expect(english[name], name).toBe(message)
})

test('titles of pages leave the name of the app to who puts it behind them', () => {
  for (const { locale, messages } of [{ locale: 'en', messages: english }, ...others]) {
    for (const [name, message] of Object.entries(messages)) {
      if (name.endsWith('.title')) expect(message, `${locale} ${name}`).not.toMatch(/Pollcast/)
    }
  }
})
