import { expect, test } from 'vitest'
import { readQuestions } from './index.ts'

const read = async (text: string) => {
  const { format, polls, notes } = await readQuestions(text)
  expect(format).toBe('plain')
  return { lists: polls.map(({ question, choices }) => [question, ...choices]), notes }
}

test.each([
  ['nothing', '', ''],
  ['hyphens', '- ', '-   '],
  ['stars', '* ', '*\t'],
  ['bullets', '• ', '•'],
  ['numbers', '1. ', '2. '],
  ['letters', 'A) ', 'B)'],
  ['boxes', '[ ] ', '- [ ] '],
])('choices with %s before them are taken without', async (_, one, other) => {
  const wanted = { lists: [['Lunch?', 'Pizza', 'Salad']], notes: [] }
  expect(await read(`Lunch?\n${one}Pizza\n  ${other}Salad\n`)).toEqual(wanted)
})

test('an empty line begins the next poll, and the questions’ numbers are not part of them', async () => {
  const { lists, notes } = await read('1. Tea?\na) yes\nb) no\n\n \n2. Milk?\na) yes\nb) no\n\n3. Sugar?\nnone\nsome\n')
  expect(lists).toEqual([
    ['Tea?', 'yes', 'no'],
    ['Milk?', 'yes', 'no'],
    ['Sugar?', 'none', 'some'],
  ])
  expect(notes).toEqual([])
})

test('numbers that do not count the questions stay', async () => {
  expect((await read('1. Mai?\na\nb\n\n3. Mai?\na\nb')).lists).toEqual([
    ['1. Mai?', 'a', 'b'],
    ['3. Mai?', 'a', 'b'],
  ])
})

test.each([
  ['between the question and the choices', 'Lunch?\n\nPizza\nSalad'],
  ['between all lines', 'Lunch?\n\nPizza\n\nSalad'],
  ['between all lines of a list', '\n\nLunch?\n\n- Pizza\n\n- Salad\n\n'],
])('an empty line %s parts no poll', async (_, text) => {
  expect(await read(text)).toEqual({ lists: [['Lunch?', 'Pizza', 'Salad']], notes: [] })
})

test('a list below an empty line belongs to the question above it', async () => {
  expect(await read('Lunch?\n\n- Pizza\n- Salad\n\nDinner?\n\n- Soup\n- Rice')).toEqual({
    lists: [
      ['Lunch?', 'Pizza', 'Salad'],
      ['Dinner?', 'Soup', 'Rice'],
    ],
    notes: [],
  })
})

test('a line that stands alone among polls is named, and costs none of them', async () => {
  const { lists, notes } = await read('A quiz night\n\nLunch?\nPizza\nSalad\n\nDinner?\nSoup\nRice')
  expect(lists).toEqual([
    ['Lunch?', 'Pizza', 'Salad'],
    ['Dinner?', 'Soup', 'Rice'],
  ])
  expect(notes).toEqual([
    { where: { unit: 'line', number: 1 }, what: { code: 'too-few-choices', min: 2, text: 'A quiz night' } },
  ])
})

test.each([
  ['a crossed box', '[ ] 4\n[x] 5'],
  ['a star', 'A) 4\n*B) 5'],
])('a right answer that %s marks is a choice as any other, and that is said', async (_, choices) => {
  const { lists, notes } = await read(`2 + 3?\n${choices}`)
  expect(lists).toEqual([['2 + 3?', '4', '5']])
  expect(notes).toEqual([{ what: { code: 'right-answers-dropped', count: 1 } }])
})

test.each([
  ['negative numbers', ['-5', '-10']],
  ['decimal numbers', ['1.5', '2.5']],
  ['initials', ['J. Smith', 'A. Jones']],
  ['a star on one of them alone', ['*nix', 'Windows']],
])('choices that are %s stay as they are', async (_, choices) => {
  expect(await read(`Which?\n${choices.join('\n')}`)).toEqual({ lists: [['Which?', ...choices]], notes: [] })
})
