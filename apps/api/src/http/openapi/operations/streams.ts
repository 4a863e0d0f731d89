import { routes } from '@pollcast/shared/routes'
import * as z from 'zod'
import { streamExample } from '../examples.ts'
import type { Answer, Operation } from '../operation.ts'
import { POLL, ROOM, VIEWER } from '../problem-codes.ts'

const topicList = (names: string) =>
  z
    .string()
    .optional()
    .meta({ description: `${names}, with commas between them.` })

const STREAM: Answer = {
  description: 'Events, until the client closes the connection or the last one says `end`.',
  content: {
    'text/event-stream': {
      itemSchema: { $ref: '#/components/schemas/StreamEvent' },
      examples: { stream: { serializedValue: streamExample } },
    },
  },
}

export const streamsOperations: readonly Operation[] = [
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
    query: z.object({
      watching: z
        .literal('on')
        .optional()
        .meta({ description: 'Events `watching` too: how many watch it, by a stream or by requests that are held.' }),
    }),
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
]
