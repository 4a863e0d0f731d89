import { expect, test } from 'vitest'
import { fitsColumns } from './fits-columns.ts'

test('columns have room for short texts, the shorter the more there are', () => {
  expect(fitsColumns(['Pizza', 'Sushi', 'Tacos', 'Salad bar', 'Ramen', 'Falafel wraps'])).toBe(true)
  expect(fitsColumns(['Yes, as soon as there is money for it', 'No'])).toBe(true)
  expect(fitsColumns('Mon Tue Wed Thu Fri Sat Sun None'.split(' '))).toBe(true)
})

test('columns have no room for a word that would be broken, or for more than three lines', () => {
  expect(fitsColumns(['Accessibility', 'Databases', 'Types', 'Speaking'])).toBe(false)
  expect(fitsColumns(['One two three four five six seven eight', 'No', 'Maybe', 'Later'])).toBe(false)
})
