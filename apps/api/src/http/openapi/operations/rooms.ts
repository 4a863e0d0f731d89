import {
  codeCountsSchema,
  codesSchema,
  createdRoomSchema,
  newCodesSchema,
  newHostKeySchema,
  newRoomSchema,
  roomChangeSchema,
  roomSchema,
} from '@pollcast/shared/room'
import { routes } from '@pollcast/shared/routes'
import type { Operation } from '../operation.ts'
import { BODY, CREATE, HOST, IDEMPOTENT, ROOM, VIEWER } from '../problem-codes.ts'
import { CSV, json, NO_NEWS, NOT_MODIFIED, NOTHING } from './answers.ts'

const ROOM_PATH = routes.room('{code}')

export const roomsOperations: readonly Operation[] = [
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
    parameters: ['PollcastCode', 'IfNoneMatch', 'AfterSeen'],
    answers: {
      200: { description: 'The room; for its host without an ETag.', headers: ['ETag'], content: json(roomSchema) },
      204: NO_NEWS,
      304: NOT_MODIFIED,
    },
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
]
