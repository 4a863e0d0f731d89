import { pluralForm } from '@pollcast/shared/plural-form'
import { expect, test } from 'vitest'
import { t } from './index.ts'
import { preferredLocale } from './preferred-locale.ts'

test('a message has the form that its count needs', () => {
  expect(t('count.voters', { count: '0' }, 0)).toBe('0 voters')
  expect(t('count.voters', { count: '1' }, 1)).toBe('1 voter')
  expect(t('count.voters', { count: '1,200' }, 1200)).toBe('1,200 voters')
})

test('the forms of each language are in CLDR’s order', () => {
  const arabic = pluralForm('ar')
  expect([0, 1, 2, 3, 11, 100].map((count) => arabic(count, 6))).toEqual([0, 1, 2, 3, 4, 5])
  const french = pluralForm('fr')
  expect([0, 1, 2, 1_000_000].map((count) => french(count, 3))).toEqual([0, 0, 2, 1])
})

test('where a message has fewer forms than the language, the last one stands for the rest', () => {
  const spanish = pluralForm('es')
  expect([1, 2, 1_000_000].map((count) => spanish(count, 2))).toEqual([0, 1, 1])
})

test('of the browser’s languages the first is taken that there is, and English if there is none', () => {
  expect(preferredLocale(['xx', 'en-GB', 'en'])).toBe('en')
  expect(preferredLocale(['xx'])).toBe('en')
  expect(preferredLocale([])).toBe('en')
})
