import { expect, test } from 'vitest'
import { snapshot } from '../../../test/snapshot.ts'
import { recount } from './recount.ts'

const rows = ['round,receipt,Choice 1,"Choice, 2",Gone', '1,old,1,,1', '2,abc,1,0,', '2,def,0,1,', '2,ghi,1,1,', '']
const csv = `\ufeff${rows.join('\r\n')}`
const poll = { ...snapshot(9, 2, 2), voters: 3, round: 2 }

test('the voter’s ballot is found by its receipt, and the numbers add up', () => {
  expect(recount(csv, poll, 'ghi')).toEqual({
    ballots: 3,
    choices: [
      { id: 1, text: 'Choice 1', votes: 2 },
      { id: 2, text: 'Choice 2', votes: 2 },
    ],
    ownTexts: ['Choice 1', 'Choice 2'],
    addsUp: true,
  })
})

test('a ballot that is not there is said to be missing', () => {
  expect(recount(csv, poll, 'xyz').ownTexts).toBeUndefined()
  expect(recount(csv, poll, 'old').ownTexts).toBeUndefined()
})

test('numbers that differ from the poll’s do not add up, nor do more ballots than voters', () => {
  expect(recount(csv, { ...poll, choices: snapshot(9, 2, 1).choices }, 'abc').addsUp).toBe(false)
  expect(recount(csv, { ...poll, voters: 2 }, 'abc').addsUp).toBe(false)
})
