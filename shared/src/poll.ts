import * as z from 'zod'
import { type Choice, choiceSchema, newChoicesSchema, newMaxChoicesSchema } from './kinds/choice.ts'
import { limits } from './limits.ts'
import { textSchema } from './text.ts'

/** What people type in polls' addresses: no letter or digit that looks like another one. */
export const pollIdSchema = z.string().regex(/^[2-9a-hjkmnp-z]{8}$/, 'Not the id of a poll.')

const statusSchema = z.enum(['open', 'closed'])
const countSchema = z.int().nonnegative()

/**
 * All that a chart needs, at one revision. `totalVotes` counts ballots: where a poll lets one voter pick several
 * choices, the choices' votes add up to more.
 */
export const snapshotSchema = z.strictObject({
  pollId: pollIdSchema,
  revision: countSchema,
  status: statusSchema,
  totalVotes: countSchema,
  choices: z.array(choiceSchema),
})

/** One poll as `GET /api/polls/:id` shows it to one voter. */
export const pollSchema = z.strictObject({
  id: pollIdSchema,
  question: z.string(),
  status: statusSchema,
  revision: countSchema,
  totalVotes: countSchema,
  /** How many choices one ballot may hold. */
  maxChoices: z.int().positive(),
  choices: z.array(choiceSchema),
  /** The choices on the ballot of the voter who asks; empty before they voted. */
  ownChoiceIds: z.array(z.int().positive()),
  createdAt: z.iso.datetime(),
  streamUrl: z.string(),
})

export const pollSummarySchema = z.strictObject({
  id: pollIdSchema,
  question: z.string(),
  status: statusSchema,
  choiceCount: z.int().positive(),
  totalVotes: countSchema,
  createdAt: z.iso.datetime(),
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

/** The body of `POST /api/polls`. */
export const newPollSchema = z
  .strictObject({
    question: textSchema(limits.questionLength),
    choices: newChoicesSchema,
    maxChoices: newMaxChoicesSchema,
  })
  // With too few choices, that is the error, and not a field that may not even have been sent.
  .refine(({ choices, maxChoices }) => maxChoices <= Math.max(choices.length, limits.minChoices), {
    path: ['maxChoices'],
    message: 'More than the number of choices.',
  })

/** The body of `PATCH /api/polls/:id`. */
export const pollChangeSchema = z.strictObject({ status: z.enum(['open', 'closed'], 'Either open or closed.') })

/** The answer to `POST /api/polls`. The host key is returned once, here: the server keeps only its hash. */
export const createdPollSchema = z.strictObject({ poll: pollSchema, hostKey: z.string() })

export type { Choice }
export type Snapshot = z.infer<typeof snapshotSchema>
export type Poll = z.infer<typeof pollSchema>
export type PollSummary = z.infer<typeof pollSummarySchema>
export type PollList = z.infer<typeof pollListSchema>
export type NewPoll = z.infer<typeof newPollSchema>
export type CreatedPoll = z.infer<typeof createdPollSchema>
