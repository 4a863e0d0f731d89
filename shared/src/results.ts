import * as z from 'zod'
import { pollSchema } from './poll.ts'
import { logEntrySchema } from './room.ts'
import { roundResultSchema } from './rounds.ts'

const { id, roomCode, kind, question, status, round, revision, minChoices, maxChoices, createdAt } = pollSchema.shape

const pollResults = {
  poll: z.strictObject({
    id,
    roomCode,
    kind,
    question,
    status,
    /** The current one. */
    round,
    revision,
    minChoices,
    maxChoices,
    createdAt,
  }),
  /** Oldest first. */
  rounds: z.array(roundResultSchema),
}

/** Another one where a program that reads this one would misread it. */
const version = z.literal(2)

/** The body of `GET /api/polls/:id/results.json`, a document to keep: it says by itself what it is about. */
export const resultsSchema = z.strictObject({
  version,
  ...pollResults,
  /** Only for the host: what was done to the poll, oldest first. */
  log: z.array(logEntrySchema).optional(),
})

/** The body of `GET /api/rooms/:code/results.json`. */
export const roomResultsSchema = z.strictObject({
  version,
  room: z.strictObject({ code: roomCode, title: z.string() }),
  polls: z.array(z.strictObject(pollResults)),
  log: z.array(logEntrySchema).optional(),
})

export type Results = z.infer<typeof resultsSchema>
export type RoomResults = z.infer<typeof roomResultsSchema>
