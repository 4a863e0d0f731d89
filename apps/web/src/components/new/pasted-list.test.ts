import { expect, test } from 'vitest'
import { pastedList } from './pasted-list.ts'

test.each([
  ['Pizza\nRamen\n\nSalad\n', ['Pizza', 'Ramen', 'Salad']],
  ['- Pizza\r\n- Ramen', ['Pizza', 'Ramen']],
  ['1. Pizza\n2. Ramen', ['Pizza', 'Ramen']],
  ['☐ Pizza\n☐ Ramen', ['☐ Pizza', '☐ Ramen']],
  ['Pizza\tRamen', ['Pizza', 'Ramen']],
  ['-5\n-3', ['-5', '-3']],
])('%j is a list', (text, items) => expect(pastedList(text)).toEqual(items))

test.each(['Pizza', '  Pizza \n', ''])('%j is one text', (text) => expect(pastedList(text)).toBeUndefined())
