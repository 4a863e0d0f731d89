import { expect, test } from 'vitest'
import { fileName } from './file-name.ts'

test.each([
  ['Tabs or spaces?', 'Tabs or spaces', 'Tabs or spaces'],
  ['../../etc/passwd', 'etc passwd', 'etc passwd'],
  ['C:\\a "b" <c>|d*', 'C a b c d', 'C a b c d'],
  ['Größe für Ödön?', 'Größe für Ödön', 'Gro e fur Odon'],
  ['ﬁne № 1', 'ﬁne № 1', 'fine No 1'],
  ['مرحبا', 'مرحبا', 'abcd2345'],
  ['\u200fمرحبا\u200f, ok', 'مرحبا, ok', ', ok'],
  ['👍 or 👎', '👍 or 👎', 'or'],
  ['???', 'abcd2345', 'abcd2345'],
  ['.hidden.', 'hidden', 'hidden'],
  ['100%41', '100%41', '100 41'],
])('a file about %j is called %j, and in ASCII %j', (title, name, fallback) => {
  expect(fileName(title, 'abcd2345', 'results.csv')).toEqual({
    name: `${name} - results.csv`,
    fallback: `${fallback} - results.csv`,
  })
})

test('a name is no longer than file systems take', () => {
  const { name } = fileName('😀'.repeat(100), 'abcd2345', 'results.csv')
  expect(Buffer.byteLength(name)).toBeLessThan(255)
  expect(encodeURIComponent(name)).not.toBe('')
})
