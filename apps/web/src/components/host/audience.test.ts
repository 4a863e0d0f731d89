import { expect, test } from 'vitest'
import { audienceSees } from './audience.ts'

const poll = { resultsVisibility: 'always', resultsFromVoters: 0, status: 'open', voters: 3 } as const

test('says what the audience has of the results', () => {
  expect(audienceSees(poll)).toBe('results')
  expect(audienceSees({ ...poll, resultsFromVoters: 5 })).toBe('from-voters')
  expect(audienceSees({ ...poll, resultsFromVoters: 3 })).toBe('results')
  expect(audienceSees({ ...poll, resultsVisibility: 'after-vote' })).toBe('after-vote')
  expect(audienceSees({ ...poll, resultsVisibility: 'after-close' })).toBe('after-close')
  expect(audienceSees({ ...poll, resultsVisibility: 'after-close', status: 'closed' })).toBe('results')
  expect(audienceSees({ ...poll, resultsVisibility: 'after-vote', status: 'closed' })).toBe('results')
  expect(audienceSees({ ...poll, resultsVisibility: 'host', status: 'closed' })).toBe('host')
})
