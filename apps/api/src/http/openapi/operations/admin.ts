import {
  adminRoomChangeSchema,
  adminRoomsQuerySchema,
  adminRoomsSchema,
  adminStatusSchema,
  blockedSchema,
  blockSchema,
} from '@pollcast/shared/admin'
import { newHostKeySchema } from '@pollcast/shared/room'
import { routes } from '@pollcast/shared/routes'
import type { Operation } from '../operation.ts'
import { ADMIN, BODY, ROOM } from '../problem-codes.ts'
import { json, NOTHING } from './answers.ts'

export const adminOperations: readonly Operation[] = [
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
]
