import * as z from 'zod'
import { choiceFieldsSchema, choiceIdsSchema } from './kinds/choice.ts'

/** The body of `POST /api/polls/:id/votes`. */
export const voteSchema = z.strictObject({ choiceIds: choiceIdsSchema })

/** The same as a form sends it. */
export const voteFormSchema = z.object({ choice: choiceFieldsSchema })

export type VoteBody = z.infer<typeof voteSchema>
