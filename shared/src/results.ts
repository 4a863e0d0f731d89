import * as z from 'zod'
import { choiceResultSchema } from './kinds/choice.ts'
import { pollSchema } from './poll.ts'

const { id, question, status, revision, maxChoices, createdAt } = pollSchema.shape

/** The body of `GET /api/polls/:id/results.json`, a document to keep: it says by itself what it is about. */
export const resultsSchema = z.strictObject({
  /** Another one where a program that reads this one would misread it. */
  version: z.literal(1),
  poll: z.strictObject({
    id,
    kind: z.literal('choice'),
    question,
    status,
    /** The current one. */
    round: z.int().positive(),
    revision,
    maxChoices,
    createdAt,
  }),
  /** Oldest first. */
  rounds: z.array(
    z.strictObject({
      round: z.int().positive(),
      voters: z.int().nonnegative(),
      choices: z.array(choiceResultSchema),
    }),
  ),
})

export type Results = z.infer<typeof resultsSchema>
