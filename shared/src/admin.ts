import * as z from 'zod'
import { countSchema, roomCodeSchema } from './poll.ts'

const timeSchema = z.iso.datetime()

/** The answer to `GET /api/admin`: how the server is, and what is stored. */
export const adminStatusSchema = z.strictObject({
  version: z.string(),
  node: z.string(),
  /** Of the process that answered. */
  startedAt: timeSchema,
  eventLoopLagMs: z.int(),
  /** Open streams of the process that answered. */
  streams: countSchema,
  /** Why the server is not ready; null where it is. */
  notReady: z.string().nullable(),
  engine: z.enum(['sqlite', 'postgres']),
  /** Of the database, on disk. */
  bytes: countSchema,
  rooms: countSchema,
  polls: countSchema,
  ballots: countSchema,
  codes: countSchema,
  idempotencyKeys: countSchema,
  retentionDays: countSchema,
  /** Whether requests are limited: only then can addresses be blocked. */
  hasLimits: z.boolean(),
})

export const adminRoomSchema = z.strictObject({
  code: roomCodeSchema,
  title: z.string(),
  /** Of the poll that is on; empty between two. */
  question: z.string(),
  createdAt: timeSchema,
  /** When its host last did something, or somebody voted. */
  activeAt: timeSchema,
  polls: countSchema,
  openPolls: countSchema,
  listedPolls: countSchema,
  /** Ballots in the current rounds. */
  voters: countSchema,
})

export const adminRoomsSchema = z.strictObject({
  rooms: z.array(adminRoomSchema),
  /** That there are, or that were found. */
  total: countSchema,
})

export const adminRoomsQuerySchema = z.object({
  order: z.enum(['active', 'created', 'voters'], 'One of active, created, voters.').default('active'),
  /** A code, or part of a title or question. */
  search: z.string('Give it once.').max(120, 'At most 120 characters.').default(''),
  offset: z
    .string('Give it once.')
    .regex(/^\d{1,7}$/, 'A whole number.')
    .transform(Number)
    .default(0),
})

/** Rooms in one answer. */
export const adminPageSize = 50

/** The body of `PATCH /api/admin/rooms/:code`. */
export const adminRoomChangeSchema = z.strictObject({
  action: z.enum(['close', 'unlist'], 'Either close or unlist.'),
})

/** The body of `POST /api/admin/blocks`. */
export const blockSchema = z.strictObject({
  address: z.string('Enter an address.').max(60, 'At most 60 characters.'),
  blocked: z.boolean('Either true or false.'),
})

/** Its answer: the IPv4 address or IPv6 network, and when it is over; null where it is not blocked. */
export const blockedSchema = z.strictObject({ network: z.string(), until: timeSchema.nullable() })

export type AdminStatus = z.infer<typeof adminStatusSchema>
export type AdminRoom = z.infer<typeof adminRoomSchema>
export type AdminRooms = z.infer<typeof adminRoomsSchema>
export type AdminRoomsQuery = z.infer<typeof adminRoomsQuerySchema>
export type AdminRoomChange = z.infer<typeof adminRoomChangeSchema>
export type Blocked = z.infer<typeof blockedSchema>
