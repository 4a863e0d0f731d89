import * as z from 'zod'
import { limits } from './limits.ts'
import { countSchema, pollIdSchema, pollSchema, roomCodeSchema, sharedPollSchema, statusSchema } from './poll.ts'
import { optionalTextSchema } from './text.ts'

/** A poll in the list that a room's host sees. */
export const roomPollSchema = z.strictObject({
  id: pollIdSchema,
  question: z.string(),
  status: statusSchema,
  round: z.int().positive(),
  voters: countSchema,
  closesAt: z.iso.datetime().nullable(),
})

/** What a host did, or a timer or the server's admin; and `burst`: very many new voters came from one network. */
export const hostActionSchema = z.enum([
  'created',
  'opened',
  'closed',
  'timer-set',
  'timer-closed',
  'revealed',
  'hidden',
  'edited',
  'reworded',
  'round-started',
  'copied',
  'deleted',
  'moved',
  'codes-issued',
  'key-replaced',
  'admin-closed',
  'admin-unlisted',
  'admin-key-replaced',
  'burst',
  'burst-voided',
  'burst-restored',
])

export const logEntrySchema = z.strictObject({
  at: z.iso.datetime(),
  action: hostActionSchema,
  /** The poll it was done to; null for the room. */
  pollId: pollIdSchema.nullable(),
  /** Of a `burst`: which one, in which round, with how many ballots by now, and whether the host has voided it. */
  burst: z
    .strictObject({
      number: z.int().positive(),
      round: z.int().positive(),
      voters: countSchema,
      voided: z.boolean(),
    })
    .optional(),
})

/** The body of `PATCH /api/polls/:id/bursts/:number`. */
export const burstChangeSchema = z.strictObject({ voided: z.boolean('Either true or false.') })

const room = {
  code: roomCodeSchema,
  title: z.string(),
  /** The poll that is on; null between two. */
  currentPollId: pollIdSchema.nullable(),
}

/** Not `nullable`: the OpenAPI document would ask for what is a poll and null at once. */
const orNull = <S extends z.ZodType>(schema: S) => z.union([schema, z.null()])

/** What only a room's host sees. */
const hostFields = {
  /** In the host's order. */
  polls: z.array(roomPollSchema).optional(),
}

/** The data of a room's `room` events: the room as everybody with the same view sees it. */
export const roomEventSchema = z.strictObject({ ...room, poll: orNull(sharedPollSchema), ...hostFields })

/** The answer to `GET /api/rooms/:code`. */
export const roomSchema = z.strictObject({
  ...room,
  poll: orNull(pollSchema),
  ...hostFields,
  /** Only for the host: how many watch the room, by streams or long polls. */
  watching: countSchema.optional(),
  /** Only for the host: what was done, oldest first. */
  log: z.array(logEntrySchema).optional(),
  /** When it is deleted if nobody votes and its host does nothing until then. Only where that is soon. */
  deletesAt: z.iso.datetime().optional(),
  streamUrl: z.string(),
  /** What to share, as an address or a QR code. */
  joinUrl: z.string(),
})

const titleSchema = optionalTextSchema(limits.titleLength)

/** The body of `POST /api/rooms`. */
export const newRoomSchema = z.strictObject({ title: titleSchema.default('') })

/** The body of `PATCH /api/rooms/:code`: any of these fields. */
export const roomChangeSchema = z
  .strictObject({
    /** Null: the next question comes soon. */
    currentPollId: pollIdSchema.nullable(),
    /** Whether the poll that was on is closed by the move. */
    closePrevious: z.boolean('Either true or false.'),
    title: titleSchema,
    /** All of the room's polls in their new order. */
    pollIds: z.array(pollIdSchema, 'Not a list.'),
  })
  .partial()

/** The answer to `POST /api/polls` and `POST /api/rooms`. The key is told once, to who made the room: only its hash is kept. */
export const createdPollSchema = z.strictObject({ poll: pollSchema, room: roomSchema, hostKey: z.string().optional() })
export const createdRoomSchema = z.strictObject({ room: roomSchema, hostKey: z.string() })

/** The answer to `POST /api/rooms/:code/key`. */
export const newHostKeySchema = z.strictObject({ hostKey: z.string() })

/** The body of `POST /api/rooms/:code/codes`. */
export const newCodesSchema = z.strictObject({
  count: z
    .int('Enter a whole number.')
    .positive('At least 1.')
    .max(limits.codesAtOnce, `At most ${limits.codesAtOnce} at once.`),
})
/** Its answer: the codes, told once. */
export const codesSchema = z.strictObject({ codes: z.array(z.string()) })
/** The answer to `GET /api/rooms/:code/codes`. */
export const codeCountsSchema = z.strictObject({ issued: countSchema, used: countSchema })

export type Room = z.infer<typeof roomSchema>
export type RoomEvent = z.infer<typeof roomEventSchema>
export type RoomPoll = z.infer<typeof roomPollSchema>
export type RoomChange = z.infer<typeof roomChangeSchema>
export type BurstChange = z.infer<typeof burstChangeSchema>
export type HostAction = z.infer<typeof hostActionSchema>
export type LogEntry = z.infer<typeof logEntrySchema>
export type CreatedPoll = z.infer<typeof createdPollSchema>
export type CodeCounts = z.infer<typeof codeCountsSchema>
