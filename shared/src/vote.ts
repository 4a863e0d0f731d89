import * as z from 'zod'
import { boundedArray } from './bounded-array.ts'
import { limits } from './limits.ts'

/**
 * The body of `POST /api/polls/:id/votes`. How many choices a ballot may hold is the poll's rule, not the body's
 * shape: none and too many are refused by name (`no-choice`, `too-many-choices`) when the vote is cast. More than any
 * poll has are not even looked at.
 */
export const voteSchema = z.strictObject({
  choiceIds: boundedArray(
    z.int('Not the id of a choice.').positive('Not the id of a choice.'),
    limits.maxChoices,
    'choices',
  ),
})

const choiceFieldSchema = z
  .string()
  .regex(/^[1-9]\d{0,14}$/, 'Not the id of a choice.')
  .transform(Number)

/** The same as a form sends it: `choice=3`, once for each choice. */
export const voteFormSchema = z.object({
  choice: boundedArray(choiceFieldSchema, limits.maxChoices, 'choices').default([]),
})

export type VoteBody = z.infer<typeof voteSchema>
