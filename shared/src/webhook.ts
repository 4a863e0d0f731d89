import * as z from 'zod'
import { roomCodeSchema, snapshotSchema } from './poll.ts'

/** What WEBHOOK_URL is told of. Never a vote: there would be too many. */
export const webhookTypeSchema = z.enum(['poll.closed', 'round.started', 'room.moved'])

const { pollId, round, status, voters, totalVotes, choices, resultsHidden } = snapshotSchema.shape

/** A poll as everybody sees it: where its results are hidden, without them. */
export const webhookPollSchema = z.strictObject({
  id: pollId,
  question: z.string(),
  round,
  status,
  voters,
  totalVotes,
  choices,
  resultsHidden,
})

/** The body of a webhook. */
export const webhookSchema = z.strictObject({
  type: webhookTypeSchema,
  /** When it happened. */
  timestamp: z.iso.datetime(),
  data: z.strictObject({
    roomCode: roomCodeSchema,
    /** As it is when this is sent; of a move, what is on now. Null where nothing is on, or it was deleted. */
    poll: z.union([webhookPollSchema, z.null()]),
  }),
})

export type WebhookType = z.infer<typeof webhookTypeSchema>
export type WebhookPoll = z.infer<typeof webhookPollSchema>
export type Webhook = z.infer<typeof webhookSchema>
