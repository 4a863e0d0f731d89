import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { POLLCAST_THEME } from '../../theme/theme.ts'
import { ENGLISH } from '../texts/languages.ts'
import { htmlPage } from './html.ts'

test('the pages that the API renders have the same head as index.html, which another host serves', () => {
  const file = readFileSync(new URL('../../../../web/index.html', import.meta.url), 'utf8')
  const head = file.match(/<(?:meta|link) [^>]*>/g) ?? []
  expect(head.length).toBeGreaterThan(5)
  expect(
    htmlPage({ title: 'Pollcast', texts: ENGLISH, theme: POLLCAST_THEME, styles: [] }, '').match(
      /<(?:meta|link) [^>]*>/g,
    ),
  ).toEqual(head)
})
