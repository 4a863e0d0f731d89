import * as z from 'zod'

/**
 * The body of `POST /api/polls/:id/votes`. How many choices a ballot may hold is the poll's rule, not the body's
 * shape: none and too many are refused by name (`no-choice`, `too-many-choices`) when the vote is cast.
 */
export const voteSchema = z.strictObject({ choiceIds: z.array(z.int().positive()) })

/** The same as a form sends it: `choice=3`, once for each choice. */
export const voteFormSchema = z.object({ choice: z.array(z.coerce.number().int().positive()).default([]) })

export type VoteBody = z.infer<typeof voteSchema>
