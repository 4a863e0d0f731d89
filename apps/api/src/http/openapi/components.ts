import { limits } from '@pollcast/shared/limits'
import { COMMON } from './problem-codes.ts'

const header = (name: string, description: string, schema: object = { type: 'string' }) => ({
  name,
  in: 'header' as const,
  description,
  schema,
})

const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` })

/** An event of a stream whose data is JSON of this schema. */
const event = (name: string, data: object, description: string, more: object = {}) => ({
  description,
  properties: {
    event: { const: name },
    data: { type: 'string', contentMediaType: 'application/json', contentSchema: data },
    ...more,
  },
})

export const parameters = {
  PollId: {
    name: 'id',
    in: 'path' as const,
    required: true,
    schema: { type: 'string', pattern: '^[2-9a-hjkmnp-z]{8}$' },
  },
  BurstNumber: {
    name: 'number',
    in: 'path' as const,
    required: true,
    description: 'As the log of its room has it.',
    schema: { type: 'integer', minimum: 1 },
  },
  RoomCode: {
    name: 'code',
    in: 'path' as const,
    required: true,
    description: 'The digits. Spaces, dashes and dots between them do no harm.',
    schema: { type: 'string', pattern: '^\\d{6,9}$' },
  },
  IdempotencyKey: header(
    'Idempotency-Key',
    'A request that is sent again with the same key within a day takes effect once: what it made is answered as it is by then. ' +
      'A UUID will do: of a vote without a voter cookie it needs 16 characters or more, of a new poll or host key 22.',
    { type: 'string', minLength: 1, maxLength: 255 },
  ),
  PollcastCode: header('Pollcast-Code', 'The one-time code of a voter, where the poll takes such codes.', {
    type: 'string',
    maxLength: 40,
  }),
  PollcastProof: header(
    'Pollcast-Proof',
    'What the `challenge` of a `proof-of-work-required` comes to: `{"challenge": …, "solution": {"counter": …, "derivedKey": …}}` ' +
      'as JSON in base64. The counter is the one, from 0 on, for which SHA-256 of salt, nonce and counter (32 bits, big-endian) ' +
      'begins with keyPrefix; derivedKey is that hash in hex. Valid once.',
  ),
  LastEventId: header('Last-Event-ID', 'The `id` of the newest event that the client has.'),
  After: {
    name: 'after',
    in: 'query' as const,
    description: 'The same, of as many polls and rooms as one likes, with commas between them.',
    schema: { type: 'string' },
  },
  AfterSeen: {
    name: 'after',
    in: 'query' as const,
    description:
      'The `id` of the newest event that the client has of this poll or room, for where no stream gets through: the answer is ' +
      'held until there is something newer, for 25 s at most.',
    schema: { type: 'string' },
  },
  IfNoneMatch: header('If-None-Match', 'The ETag of what the client has: where it is still so, the answer is 304.'),
}

export const headers = {
  Location: { description: 'The address of what was made.', schema: { type: 'string' } },
  ETag: { description: 'Changes with what the answer shows.', schema: { type: 'string' } },
  RetryAfter: { description: 'Seconds after which to try again.', schema: { type: 'integer' } },
  PollcastVoter: {
    description:
      'Only where the vote came without cookie and token: a token of the voter. Send it in this header with every request, unless the cookie comes back.',
    schema: { type: 'string' },
  },
  ContentDisposition: { description: 'The name to save the file under.', schema: { type: 'string' } },
}

const endSchema = {
  type: 'object',
  required: ['reason'],
  properties: {
    reason: {
      enum: ['deleted', 'unauthorized', 'shutdown'],
      description: 'Only after a shutdown is there something to come back for.',
    },
    pollId: { type: 'string' },
    roomCode: { type: 'string' },
  },
}

/** One event of a stream, as OpenAPI 3.2 describes server-sent events (section 4.14.4.2). */
const streamEventSchema = {
  type: 'object',
  required: ['event', 'data'],
  properties: {
    event: { type: 'string' },
    data: { type: 'string' },
    id: { type: 'string', description: 'Send it back as Last-Event-ID or in `?after=`.' },
    retry: { type: 'integer', description: 'Milliseconds before the client connects again.' },
  },
  oneOf: [
    event('snapshot', ref('Snapshot'), 'First, of a poll.'),
    event('update', ref('Snapshot'), 'Then, whenever what is shown of the poll changes.'),
    event('room', ref('RoomEvent'), 'Of a room: first, and whenever it moves to another poll.'),
    event('current', { type: 'object' }, 'In place of the first event: the client has what it would say.'),
    event('end', ref('End'), 'The last one.'),
  ],
}

export const schemas = { End: endSchema, StreamEvent: streamEventSchema }

const problemContent = {
  'application/problem+json': {
    schema: { allOf: [ref('Problem'), { properties: { code: { enum: [...COMMON] } } }] },
  },
}

export const responses = {
  CommonProblem: {
    description: `What any request may be answered with: ${COMMON.join(', ')}.`,
    headers: { 'Retry-After': { $ref: '#/components/headers/RetryAfter' } },
    content: problemContent,
  },
}

export const securitySchemes = {
  createKey: {
    type: 'http' as const,
    scheme: 'bearer',
    description: 'The key of the server, where its admin lets only those make rooms who have it (`CREATE_POLLS=key`).',
  },
  adminKey: {
    type: 'http' as const,
    scheme: 'bearer',
    description: 'The key of who runs the server (`ADMIN_KEY`).',
  },
  hostKey: {
    type: 'http' as const,
    scheme: 'bearer',
    description: `The \`hostKey\` that who made the room was told, 32 characters. It is the key of all of its ${limits.pollsInRoom} polls at most.`,
  },
}
