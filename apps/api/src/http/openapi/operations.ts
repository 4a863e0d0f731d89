import type { ZodContentObject } from '@asteasolutions/zod-to-openapi'
import {
  adminRoomChangeSchema,
  adminRoomsQuerySchema,
  adminRoomsSchema,
  adminStatusSchema,
  blockedSchema,
  blockSchema,
} from '@pollcast/shared/admin'
import { freshnessSchema } from '@pollcast/shared/freshness'
import { pollListQuerySchema, pollListSchema, pollSchema, votedSchema } from '@pollcast/shared/poll'
import { privacySchema } from '@pollcast/shared/privacy'
import { resultsSchema, roomResultsSchema } from '@pollcast/shared/results'
import {
  burstChangeSchema,
  codeCountsSchema,
  codesSchema,
  createdPollSchema,
  createdRoomSchema,
  newCodesSchema,
  newHostKeySchema,
  newRoomSchema,
  roomChangeSchema,
  roomSchema,
} from '@pollcast/shared/room'
import { roundsSchema } from '@pollcast/shared/rounds'
import { routes } from '@pollcast/shared/routes'
import { seenSchema } from '@pollcast/shared/seen'
import { newPollSchema, pollChangeSchema } from '@pollcast/shared/settings'
import { voteFormSchema, voteSchema } from '@pollcast/shared/vote'
import * as z from 'zod'
import { linesExample, newPollExample, pollExample, streamExample, voteExample } from './examples.ts'
import type { Answer, Operation } from './operation.ts'
import { ADMIN, BODY, CREATE, HOST, IDEMPOTENT, POLL, ROOM, VIEWER, VOTE } from './problem-codes.ts'

const json = (schema: z.ZodType, example?: unknown): ZodContentObject => ({
  'application/json': { schema, ...(example !== undefined && { example }) },
})
const text = (type: string): ZodContentObject => ({ [type]: { schema: { type: 'string' } } })

const CSV = text('text/csv')
const FILE = ['ETag', 'ContentDisposition'] as const
const STREAM: Answer = {
  description: 'Events, until the client closes the connection or the last one says `end`.',
  content: {
    'text/event-stream': {
      itemSchema: { $ref: '#/components/schemas/StreamEvent' },
      examples: { stream: { serializedValue: streamExample } },
    },
  },
}
const NOT_MODIFIED: Answer = { description: 'The client has it as it is.', headers: ['ETag'] }
const NOTHING: Answer = { description: 'Done.' }
const topicList = (names: string) =>
  z
    .string()
    .optional()
    .meta({ description: `${names}, with commas between them.` })

const healthSchema = z.strictObject({ ok: z.boolean(), eventLoopLagMs: z.int() })
const readySchema = z.strictObject({ ok: z.boolean(), reason: z.string().optional() })

const POLL_PATH = routes.poll('{id}')
const ROOM_PATH = routes.room('{code}')

/** Every route of the API, in the router's order within each tag. */
export const operations: readonly Operation[] = [
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
    parameters: ['PollcastCode', 'IfNoneMatch'],
    answers: {
      200: { description: 'The poll.', headers: ['ETag'], content: json(pollSchema, pollExample) },
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
  {
    method: 'post',
    path: routes.rooms,
    tag: 'rooms',
    summary: 'Make a room without polls',
    auth: 'creator',
    body: json(newRoomSchema, { title: 'All hands' }),
    answers: {
      201: {
        description: 'The room and its host key, which is told once.',
        headers: ['Location'],
        content: json(createdRoomSchema),
      },
    },
    codes: [...BODY, ...CREATE, 'too-many-requests'],
  },
  {
    method: 'get',
    path: ROOM_PATH,
    tag: 'rooms',
    summary: 'A room with the poll that is on; for its host with all of its polls',
    auth: 'viewer',
    parameters: ['PollcastCode'],
    answers: { 200: { description: 'The room.', content: json(roomSchema) } },
    codes: [...ROOM, ...VIEWER],
  },
  {
    method: 'patch',
    path: ROOM_PATH,
    tag: 'rooms',
    summary: 'Move a room to another poll, or change its title or the order of its polls',
    auth: 'host',
    body: json(roomChangeSchema, { currentPollId: 'tabspace', closePrevious: true }),
    answers: { 200: { description: 'The room as it is then.', content: json(roomSchema) } },
    codes: [...HOST, ...ROOM, ...BODY, 'poll-of-another-room'],
  },
  {
    method: 'delete',
    path: ROOM_PATH,
    tag: 'rooms',
    summary: 'Delete a room with all of its polls',
    auth: 'host',
    answers: { 204: NOTHING },
    codes: [...HOST, ...ROOM],
  },
  {
    method: 'post',
    path: routes.roomKey('{code}'),
    tag: 'rooms',
    summary: 'Replace the host key: the old one opens nothing any more',
    auth: 'host',
    parameters: ['IdempotencyKey'],
    answers: { 201: { description: 'The new key, which is told once.', content: json(newHostKeySchema) } },
    codes: [...HOST, 'invalid-idempotency-key', ...ROOM],
  },
  {
    method: 'post',
    path: routes.roomCodes('{code}'),
    tag: 'rooms',
    summary: 'Make one-time codes',
    auth: 'host',
    parameters: ['IdempotencyKey'],
    body: json(newCodesSchema, { count: 30 }),
    answers: { 201: { description: 'The codes, which are told once.', content: { ...json(codesSchema), ...CSV } } },
    codes: [...HOST, ...IDEMPOTENT, ...ROOM, ...BODY, 'room-full'],
  },
  {
    method: 'get',
    path: routes.roomCodes('{code}'),
    tag: 'rooms',
    summary: 'How many one-time codes there are, and how many have voted',
    auth: 'host',
    answers: { 200: { description: 'Their numbers.', content: json(codeCountsSchema) } },
    codes: [...HOST, ...ROOM],
  },
  {
    method: 'get',
    path: routes.stream('{id}'),
    tag: 'streams',
    summary: 'The events of a poll',
    auth: 'viewer',
    parameters: ['PollcastCode', 'LastEventId', 'After'],
    answers: { 200: STREAM },
    codes: [...POLL, ...VIEWER],
  },
  {
    method: 'get',
    path: routes.roomStream('{code}'),
    tag: 'streams',
    summary: 'The events of a room, and of the poll that is on',
    auth: 'viewer',
    parameters: ['PollcastCode', 'LastEventId', 'After'],
    answers: { 200: STREAM },
    codes: [...ROOM, ...VIEWER],
  },
  {
    method: 'get',
    path: routes.streams,
    tag: 'streams',
    summary: 'The events of several polls and rooms on one connection',
    auth: 'viewer',
    parameters: ['PollcastCode', 'LastEventId', 'After'],
    query: z.object({ polls: topicList('Ids of polls'), rooms: topicList('Codes of rooms') }),
    answers: { 200: STREAM },
    codes: [...POLL, ...ROOM, ...VIEWER, 'invalid-query'],
  },
  {
    method: 'get',
    path: routes.resultsCsv('{id}'),
    tag: 'exports',
    summary: 'The results of a poll as a table',
    auth: 'viewer',
    parameters: ['PollcastCode', 'IfNoneMatch'],
    answers: { 200: { description: 'A row for each choice.', headers: FILE, content: CSV }, 304: NOT_MODIFIED },
    codes: [...POLL, ...VIEWER, 'results-hidden'],
  },
  {
    method: 'get',
    path: routes.resultsJson('{id}'),
    tag: 'exports',
    summary: 'The results of a poll, of all its rounds',
    auth: 'viewer',
    parameters: ['PollcastCode', 'IfNoneMatch'],
    answers: {
      200: { description: 'A document to keep.', headers: FILE, content: json(resultsSchema) },
      304: NOT_MODIFIED,
    },
    codes: [...POLL, ...VIEWER, 'results-hidden'],
  },
  {
    method: 'get',
    path: routes.ballotsCsv('{id}'),
    tag: 'exports',
    summary:
      'The ballots of all rounds of a poll, shuffled, for its host; for all once it is closed, if the host allows',
    auth: 'viewer',
    parameters: ['IfNoneMatch'],
    answers: { 200: { description: 'A row for each ballot.', headers: FILE, content: CSV }, 304: NOT_MODIFIED },
    codes: [...POLL, ...VIEWER, 'results-hidden', 'too-many-requests'],
  },
  {
    method: 'get',
    path: routes.chartSvg('{id}'),
    tag: 'exports',
    summary: 'The results of a poll as a picture, which may be shown on any site',
    auth: 'viewer',
    parameters: ['PollcastCode', 'IfNoneMatch'],
    answers: {
      200: {
        description: 'Bars, light or dark as the viewer has it.',
        headers: ['ETag'],
        content: text('image/svg+xml'),
      },
      304: NOT_MODIFIED,
    },
    codes: [...POLL, ...VIEWER, 'results-hidden'],
  },
  {
    method: 'get',
    path: routes.chartPng('{id}'),
    tag: 'exports',
    summary: 'The same picture for previews of links: 1200 by 630 pixels',
    auth: 'viewer',
    parameters: ['PollcastCode', 'IfNoneMatch'],
    answers: {
      200: {
        description: 'Bars, in the light colours.',
        headers: ['ETag'],
        content: { 'image/png': { schema: { type: 'string', format: 'binary' } } },
      },
      304: NOT_MODIFIED,
    },
    codes: [...POLL, ...VIEWER, 'results-hidden', 'not-implemented'],
  },
  {
    method: 'get',
    path: routes.roomResultsCsv('{code}'),
    tag: 'exports',
    summary: 'The results of a room’s polls as a table: for its host of all, for others of the one that is on',
    auth: 'viewer',
    parameters: ['PollcastCode'],
    answers: { 200: { description: 'A row for each choice.', headers: ['ContentDisposition'], content: CSV } },
    codes: [...ROOM, ...VIEWER, 'results-hidden'],
  },
  {
    method: 'get',
    path: routes.roomResultsJson('{code}'),
    tag: 'exports',
    summary: 'The same as a document',
    auth: 'viewer',
    parameters: ['PollcastCode'],
    answers: {
      200: { description: 'A document to keep.', headers: ['ContentDisposition'], content: json(roomResultsSchema) },
    },
    codes: [...ROOM, ...VIEWER, 'results-hidden'],
  },
  {
    method: 'get',
    path: routes.roomBallotsCsv('{code}'),
    tag: 'exports',
    summary: 'The ballots of all rounds of all polls of a room, for its host',
    auth: 'host',
    answers: {
      200: { description: 'A row for each ballot and choice.', headers: ['ContentDisposition'], content: CSV },
    },
    codes: [...ROOM, ...VIEWER, ...POLL, 'results-hidden'],
  },
  {
    method: 'get',
    path: routes.admin,
    tag: 'admin',
    summary: 'How the server is, and what is stored',
    auth: 'admin',
    answers: { 200: { description: 'Its state.', content: json(adminStatusSchema) } },
    codes: ADMIN,
  },
  {
    method: 'get',
    path: routes.adminRooms,
    tag: 'admin',
    summary: 'All rooms, or those that a text is found in',
    auth: 'admin',
    query: adminRoomsQuerySchema,
    answers: { 200: { description: 'Fifty of them.', content: json(adminRoomsSchema) } },
    codes: [...ADMIN, 'invalid-query'],
  },
  {
    method: 'patch',
    path: routes.adminRoom('{code}'),
    tag: 'admin',
    summary: 'Close all polls of a room, or take them off the front page',
    auth: 'admin',
    body: json(adminRoomChangeSchema, { action: 'close' }),
    answers: { 204: NOTHING },
    codes: [...ADMIN, ...ROOM, ...BODY],
  },
  {
    method: 'delete',
    path: routes.adminRoom('{code}'),
    tag: 'admin',
    summary: 'Delete a room with all of its polls',
    auth: 'admin',
    answers: { 204: NOTHING },
    codes: [...ADMIN, ...ROOM],
  },
  {
    method: 'post',
    path: routes.adminRoomKey('{code}'),
    tag: 'admin',
    summary: 'Give a room another host key: the old one opens nothing any more',
    auth: 'admin',
    answers: { 201: { description: 'The new key, which is told once.', content: json(newHostKeySchema) } },
    codes: [...ADMIN, ...ROOM],
  },
  {
    method: 'post',
    path: routes.adminBlocks,
    tag: 'admin',
    summary: 'Refuse what comes from an address for an hour, or no longer',
    auth: 'admin',
    body: json(blockSchema, { address: '192.0.2.1', blocked: true }),
    answers: { 200: { description: 'The network, and until when.', content: json(blockedSchema) } },
    codes: [...ADMIN, ...BODY, 'limits-off'],
  },
  {
    method: 'get',
    path: routes.privacy,
    tag: 'server',
    summary: 'The settings that decide what is kept of whom, where, and for how long',
    answers: { 200: { description: 'These settings.', content: json(privacySchema) } },
  },
  {
    method: 'get',
    path: routes.openapi,
    tag: 'server',
    summary: 'This document',
    parameters: ['IfNoneMatch'],
    answers: {
      200: { description: 'OpenAPI 3.2.', headers: ['ETag'], content: json(z.record(z.string(), z.unknown())) },
      304: NOT_MODIFIED,
    },
  },
  {
    method: 'get',
    path: routes.seen,
    tag: 'server',
    summary: 'What the server sees of this request, to find out what a proxy changes',
    answers: { 200: { description: 'What it sees.', content: json(seenSchema) } },
  },
  {
    method: 'post',
    path: routes.freshness,
    tag: 'server',
    summary: 'How long the last updates took from their commit until a page had painted them',
    body: json(freshnessSchema),
    answers: { 204: NOTHING },
    codes: [...BODY, 'too-many-requests'],
  },
  {
    method: 'get',
    path: routes.health,
    tag: 'server',
    summary: 'Whether the process is alive',
    answers: {
      200: { description: 'It is.', content: json(healthSchema) },
      503: { description: 'It is so busy that a restart would be of use.', content: json(healthSchema) },
    },
  },
  {
    method: 'get',
    path: routes.ready,
    tag: 'server',
    summary: 'Whether the process should get requests',
    answers: {
      200: { description: 'It should.', content: json(readySchema) },
      503: { description: 'Not now, and why.', content: json(readySchema) },
    },
  },
]
