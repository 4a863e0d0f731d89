import * as z from 'zod'
import { choiceResultSchema } from './kinds/choice.ts'
import { countSchema } from './poll.ts'

export const roundResultSchema = z.strictObject({
  round: z.int().positive(),
  question: z.string(),
  voters: countSchema,
  choices: z.array(choiceResultSchema),
  /** Null for the current one. */
  endedAt: z.iso.datetime().nullable(),
})

/** How many voters went from one choice to another between two rounds; null for those who had, or have, no ballot. */
const moveSchema = z.strictObject({
  fromRound: z.int().positive(),
  toRound: z.int().positive(),
  fromChoiceId: z.int().positive().nullable(),
  toChoiceId: z.int().positive().nullable(),
  voters: z.int().positive(),
})

/** The answer to `GET /api/polls/:id/rounds`. */
export const roundsSchema = z.strictObject({
  /** Oldest first. The results of each are hidden where the asker may not see them. */
  rounds: z.array(roundResultSchema),
  /** Between each round and the next; only where ballots allow: one choice each, from the same voters. */
  moves: z.array(moveSchema),
})

export type RoundResult = z.infer<typeof roundResultSchema>
export type Rounds = z.infer<typeof roundsSchema>
