import { pollListQuerySchema, pollListSchema, pollSchema, votedSchema } from '@pollcast/shared/poll'
import { burstChangeSchema, createdPollSchema } from '@pollcast/shared/room'
import { roundsSchema } from '@pollcast/shared/rounds'
import { routes } from '@pollcast/shared/routes'
import { newPollSchema, pollChangeSchema } from '@pollcast/shared/settings'
import { voteFormSchema, voteSchema } from '@pollcast/shared/vote'
import { linesExample, newPollExample, pollExample, voteExample } from '../examples.ts'
import type { Operation } from '../operation.ts'
import { BODY, CREATE, HOST, IDEMPOTENT, POLL, ROOM, VIEWER, VOTE } from '../problem-codes.ts'
import { json, NO_NEWS, NOT_MODIFIED, NOTHING, text } from './answers.ts'

const POLL_PATH = routes.poll('{id}')
export const pollsOperations: readonly Operation[] = [
  {
    method: 'get',
    path: routes.polls,
    tag: 'polls',
    summary: 'The listed polls, newest first',
    query: pollListQuerySchema,
    answers: { 200: { description: 'A page of them.', content: json(pollListSchema) } },
    codes: ['malformed-cursor', 'invalid-query'],
  },
  {
    method: 'post',
    path: routes.polls,
    tag: 'polls',
    summary: 'Make a poll: in a room of its own, or in one whose host key is sent',
    auth: 'creatorOrHost',
    parameters: ['IdempotencyKey'],
    body: {
      ...json(newPollSchema, newPollExample),
      'text/plain': {
        schema: { type: 'string', description: 'The question, then a choice on each line.' },
        example: linesExample,
      },
    },
    answers: {
      201: {
        description:
          'The poll and its room; for a new room its host key, which is told once. Lines are answered with text.',
        headers: ['Location'],
        content: { ...json(createdPollSchema), ...text('text/plain') },
      },
    },
    codes: [...BODY, ...IDEMPOTENT, ...HOST, ...ROOM, ...CREATE, 'room-full'],
  },
  {
    method: 'get',
    path: POLL_PATH,
    tag: 'polls',
    summary: 'A poll, as the asker may see it',
    auth: 'viewer',
    parameters: ['PollcastCode', 'IfNoneMatch', 'AfterSeen'],
    answers: {
      200: { description: 'The poll.', headers: ['ETag'], content: json(pollSchema, pollExample) },
      204: NO_NEWS,
      304: NOT_MODIFIED,
    },
    codes: [...POLL, ...VIEWER],
  },
  {
    method: 'patch',
    path: POLL_PATH,
    tag: 'polls',
    summary: 'Change a poll: open or close it, reveal, reword or edit it',
    auth: 'host',
    body: json(pollChangeSchema, { status: 'closed' }),
    answers: { 200: { description: 'The poll as it is then.', content: json(pollSchema) } },
    codes: [...HOST, ...POLL, ...BODY, 'poll-has-votes'],
  },
  {
    method: 'delete',
    path: POLL_PATH,
    tag: 'polls',
    summary: 'Delete a poll: from then on its addresses answer 410',
    auth: 'host',
    answers: { 204: NOTHING },
    codes: [...HOST, ...POLL],
  },
  {
    method: 'post',
    path: routes.votes('{id}'),
    tag: 'polls',
    summary: 'Vote, or change one’s vote',
    parameters: ['IdempotencyKey', 'PollcastCode', 'PollcastProof'],
    body: {
      ...json(voteSchema, voteExample),
      'application/x-www-form-urlencoded': {
        schema: voteFormSchema,
        examples: { vote: { dataValue: { choice: [3] }, serializedValue: 'choice=3' } },
      },
    },
    answers: {
      201: {
        description: 'The poll with the vote, as the voter may see it.',
        headers: ['PollcastVoter'],
        content: json(votedSchema),
      },
      303: { description: 'To the poll’s page, where a form voted.', headers: ['Location'] },
    },
    codes: [
      ...VOTE,
      ...BODY,
      'no-choice',
      'too-few-choices',
      'too-many-choices',
      'choice-not-found',
      'choice-of-another-poll',
    ],
  },
  {
    method: 'delete',
    path: routes.votes('{id}'),
    tag: 'polls',
    summary: 'Take one’s vote back',
    parameters: ['IdempotencyKey', 'PollcastCode', 'PollcastProof'],
    answers: { 200: { description: 'The poll without the vote.', content: json(votedSchema) } },
    codes: VOTE,
  },
  {
    method: 'get',
    path: routes.rounds('{id}'),
    tag: 'polls',
    summary: 'All rounds of a poll, and how many voters went from which choice to which',
    auth: 'viewer',
    parameters: ['PollcastCode'],
    answers: { 200: { description: 'Oldest first.', content: json(roundsSchema) } },
    codes: [...POLL, ...VIEWER],
  },
  {
    method: 'post',
    path: routes.rounds('{id}'),
    tag: 'polls',
    summary: 'Start a new round: it begins at zero, and the old one is kept',
    auth: 'host',
    parameters: ['IdempotencyKey'],
    answers: { 201: { description: 'The poll in its new round.', content: json(pollSchema) } },
    codes: [...HOST, 'invalid-idempotency-key', ...POLL],
  },
  {
    method: 'post',
    path: routes.copies('{id}'),
    tag: 'polls',
    summary: 'Copy a poll, without its votes',
    auth: 'host',
    parameters: ['IdempotencyKey'],
    answers: { 201: { description: 'The copy.', headers: ['Location'], content: json(pollSchema) } },
    codes: [...HOST, 'invalid-idempotency-key', ...POLL, 'room-full'],
  },
  {
    method: 'patch',
    path: routes.burst('{id}', '{number}'),
    tag: 'polls',
    summary: 'Void the ballots of a burst of new voters, or count them again',
    auth: 'host',
    body: json(burstChangeSchema, { voided: true }),
    answers: { 200: { description: 'The poll as it is then.', content: json(pollSchema) } },
    codes: [...HOST, ...POLL, ...BODY, 'burst-not-found'],
  },
]
