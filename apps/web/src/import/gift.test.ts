import { expect, test } from 'vitest'
import type { ImportNote } from './imported.ts'
import { readQuestions } from './index.ts'

const read = async (text: string) => {
  const { format, polls, notes } = await readQuestions(text, ['Right', 'Wrong'])
  expect(format).toBe('gift')
  return { polls, notes }
}
const line = (number: number, what: ImportNote['what']): ImportNote => ({ where: { unit: 'line', number }, what })
const dropped = (count: number): ImportNote => ({ what: { code: 'right-answers-dropped', count } })

test('choices are taken without marks, feedback, names and comments', async () => {
  const { polls, notes } = await read(
    `// made by hand
$CATEGORY: tests/first

// [id:7] the first
::Birds:: Which of them can fly?
{
    =sparrow # yes!

    // not this one
    ~ostrich # no
    ~%0%kiwi
    #### Wings are not enough.
}

Two of these are even. {~%50%two ~%50%four ~%-100%five}
`,
  )
  expect(polls).toEqual([
    { question: 'Which of them can fly?', choices: ['sparrow', 'ostrich', 'kiwi'] },
    {
      question: 'Two of these are even.',
      choices: ['two', 'four', 'five'],
      minChoices: 1,
      maxChoices: 3,
    },
  ])
  expect(notes).toEqual([dropped(2)])
})

test('a question of true or false has the page’s words for choices', async () => {
  const { polls, notes } = await read('Water is wet.{T}\n\nIce is warm. {FALSE#It is not.}')
  expect(polls).toEqual([
    { question: 'Water is wet.', choices: ['Right', 'Wrong'] },
    { question: 'Ice is warm.', choices: ['Right', 'Wrong'] },
  ])
  expect(notes).toEqual([dropped(2)])
})

test('other kinds are named as left out', async () => {
  const { polls, notes } = await read(
    'Pi? {#3.14:0.01}\n\nWho? {=Ann =Ben}\n\nPair {=a -> 1 =b -> 2}\n\nWrite {}\n\nJust a text.\n\nGood? {=yes ~no}',
  )
  expect(polls).toEqual([{ question: 'Good?', choices: ['yes', 'no'] }])
  expect(notes).toEqual([
    line(1, { code: 'kind-not-taken', kind: 'numerical', text: 'Pi?' }),
    line(3, { code: 'kind-not-taken', kind: 'short-answer', text: 'Who?' }),
    line(5, { code: 'kind-not-taken', kind: 'matching', text: 'Pair' }),
    line(7, { code: 'kind-not-taken', kind: 'essay', text: 'Write' }),
    line(9, { code: 'kind-not-taken', kind: 'description', text: 'Just a text.' }),
    dropped(1),
  ])
})

test.each([
  ['escapes', String.raw`What is \{a \= b\}\: \~x\#? {=a\=b ~c\}}`, 'What is {a = b}: ~x#?', ['a=b', 'c}']],
  ['colons without an escape', 'At 3:45 on http://x.org? {=4:00 ~5:00}', 'At 3:45 on http://x.org?', ['4:00', '5:00']],
  ['colons behind a name', '::n\\: 1::At 3:45? {=a ~b}', 'At 3:45?', ['a', 'b']],
  ['HTML', '[html]<p>1 &lt; 2 &amp;<br>so?</p>{=<b>y&eacute;s</b> ~no}', '1 < 2 & so?', ['yés', 'no']],
  ['Markdown', '[markdown]Is **it** so_so_? {=*yes* ~no}', 'Is it so_so_?', ['yes', 'no']],
  ['no HTML', '[plain]Is <b> a tag? {=yes ~no}', 'Is <b> a tag?', ['yes', 'no']],
  ['signs that are no tag', 'Is 1 < 2 and 3 > 2? {=yes ~no}', 'Is 1 < 2 and 3 > 2?', ['yes', 'no']],
  ['a gap', 'Rome is in {=Italy ~Spain} today.', 'Rome is in _____ today.', ['Italy', 'Spain']],
  ['nothing but a name', '::Pick one::{=a ~b}', 'Pick one', ['a', 'b']],
])('texts with %s are read as they are meant', async (_, text, question, choices) => {
  expect(await read(text)).toEqual({ polls: [{ question, choices }], notes: [dropped(1)] })
})

test('pictures are named', async () => {
  const { polls, notes } = await read('[html]<img src="@@PLUGINFILE@@/a.png">What is it? {=cat ~dog}')
  expect(polls).toEqual([{ question: 'What is it?', choices: ['cat', 'dog'] }])
  expect(notes).toEqual([line(1, { code: 'pictures-not-taken' }), dropped(1)])
})

test('a question whose braces are wrong is named, and costs none of the others', async () => {
  const { polls, notes } = await read(
    'One? {=a ~b}\n\nBad? {=a ~b\n\nstill bad\n\nTwo? {=a\n\n~b\n}\n\nWorse }=a ~b{\n\nThree? {\n=a\n~b\n}\nFour? {=a ~b}\n\nLast? {=a',
  )
  expect(polls.map(({ question }) => question)).toEqual(['One?', 'Two?', 'Three?', 'Four?'])
  expect(notes).toEqual([
    line(3, { code: 'not-readable', text: 'Bad? {=a ~b still bad' }),
    line(12, { code: 'not-readable', text: 'Worse }=a ~b{' }),
    line(20, { code: 'not-readable', text: 'Last? {=a' }),
    dropped(4),
  ])
})
