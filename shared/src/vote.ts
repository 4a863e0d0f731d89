import * as z from 'zod'
import { choiceFieldsSchema, choiceIdsSchema } from './kinds/choice.ts'

/** A one-time code as people type it: letters and digits, with blanks and dashes where they like. */
const codeSchema = z.string('Enter a code.').max(40, 'At most 40 characters.')

/** The body of `POST /api/polls/:id/votes`. */
export const voteSchema = z.strictObject({
  choiceIds: choiceIdsSchema,
  /** Where the poll takes one-time codes. */
  code: codeSchema.optional(),
})

/** The same as a form sends it. */
export const voteFormSchema = z.object({
  choice: choiceFieldsSchema,
  code: z.array(codeSchema, 'Not a list.').max(1, 'Give it once.').default([]),
})

export type VoteBody = z.infer<typeof voteSchema>
