import * as z from 'zod'
import { choiceSchema } from './kinds/choice.ts'
import { limits } from './limits.ts'
import { visibilitySchema, voteModeSchema } from './settings.ts'

/** What people type in polls' addresses: no letter or digit that looks like another one. */
export const pollIdSchema = z.string('Not the id of a poll.').regex(/^[2-9a-hjkmnp-z]{8}$/, 'Not the id of a poll.')

/** Six digits, or more where many rooms are open. People may write blanks and dashes in it; addresses have none. */
export const roomCodeSchema = z.string('Not the code of a room.').regex(/^\d{6,9}$/, 'Not the code of a room.')

export const statusSchema = z.enum(['open', 'closed'])
export const countSchema = z.int().nonnegative()
const roundSchema = z.int().positive()
const timeSchema = z.iso.datetime()

/** What a kind of viewer may see of a poll: everybody, who has voted where only they see results, its host. */
export const viewSchema = z.enum(['public', 'voted', 'host'])

/** What a host may edit of a poll, beside its choices, and what comes of it. */
const edited = {
  question: z.string(),
  /** When the wording was changed after the first vote. */
  rewordedAt: timeSchema.nullable(),
  /** How many choices a ballot holds. */
  minChoices: z.int().positive(),
  maxChoices: z.int().positive(),
  resultsVisibility: visibilitySchema,
  resultsFromVoters: countSchema,
  allowChange: z.boolean(),
  shuffleChoices: z.boolean(),
  listed: z.boolean(),
  voteMode: voteModeSchema,
  publishBallots: z.boolean(),
}

/**
 * All that a chart needs, at one revision, as one view shows it. `voters` counts ballots and `totalVotes` the votes on
 * choices: where a voter may pick several, there are more. Percentages are of voters.
 */
export const snapshotSchema = z.strictObject({
  pollId: pollIdSchema,
  view: viewSchema,
  round: roundSchema,
  /** Grows whenever what the view shows changes. Each view has its own. */
  revision: countSchema,
  status: statusSchema,
  voters: countSchema,
  /** Null where results are hidden, as each choice's `votes` is. */
  totalVotes: countSchema.nullable(),
  choices: z.array(choiceSchema),
  /** When the poll closes by itself. */
  closesAt: timeSchema.nullable(),
  /** The server's clock when this was sent, so that a page with a wrong clock counts down rightly. */
  now: timeSchema,
  /**
   * Only in an `update` of a stream: milliseconds from the commit of the oldest change that is new in it to `now`. On a node that
   * did not write that change, from when it heard of it.
   */
  age: countSchema.optional(),
  resultsHidden: z.boolean(),
  /** Only of a poll that was edited since it was made: tabs may have it as it was. */
  ...z.object(edited).partial().shape,
})

/** What only the asking voter may see. Never part of a stream. */
const ownFields = {
  /** The choices on the voter's ballot in this round; empty before they voted. */
  ownChoiceIds: z.array(z.int().positive()),
  /** What their ballot is published under; null before they voted. */
  ownReceipt: z.string().nullable(),
}

/** The answer to a vote: the snapshot that has it, in the view that the voter has now. */
export const votedSchema = z.strictObject({ ...snapshotSchema.shape, ...ownFields })

const { pollId: _, age: __, ...shown } = snapshotSchema.shape

/** A poll as everybody with the same view sees it. */
export const sharedPollSchema = z.strictObject({
  id: pollIdSchema,
  roomCode: roomCodeSchema,
  kind: z.literal('choice'),
  ...shown,
  ...edited,
  createdAt: timeSchema,
  streamUrl: z.string(),
})

/** One poll as `GET /api/polls/:id` shows it to one voter. */
export const pollSchema = z.strictObject({
  ...sharedPollSchema.shape,
  ...ownFields,
  /** When its room is deleted if nobody votes and its host does nothing until then. Only where that is soon. */
  deletesAt: timeSchema.optional(),
})

export const pollSummarySchema = z.strictObject({
  id: pollIdSchema,
  roomCode: roomCodeSchema,
  question: z.string(),
  status: statusSchema,
  choiceCount: z.int().positive(),
  voters: countSchema,
  createdAt: timeSchema,
})

export const pollListSchema = z.strictObject({
  /** Newest first. */
  polls: z.array(pollSummarySchema),
  /** Give it back as `?cursor=` for the next page; null on the last one. */
  nextCursor: z.string().nullable(),
})

const pageSizeError = `A whole number from 1 to ${limits.pageSize}.`

export const pollListQuerySchema = z.object({
  cursor: z.string('Give it once.').max(100, 'At most 100 characters.').optional(),
  limit: z
    .string('Give it once.')
    .regex(/^\d{1,3}$/, pageSizeError)
    .transform(Number)
    .pipe(z.int().min(1, pageSizeError).max(limits.pageSize, pageSizeError))
    .default(limits.pageSize),
})

export type Snapshot = z.infer<typeof snapshotSchema>
export type View = z.infer<typeof viewSchema>
/** What a snapshot of an edited poll has of it. */
export type EditedPoll = z.infer<z.ZodObject<typeof edited>>
export type Voted = z.infer<typeof votedSchema>
export type SharedPoll = z.infer<typeof sharedPollSchema>
export type Poll = z.infer<typeof pollSchema>
export type PollSummary = z.infer<typeof pollSummarySchema>
export type PollList = z.infer<typeof pollListSchema>
