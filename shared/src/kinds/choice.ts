import * as z from 'zod'
import { boundedArray } from '../bounded-array.ts'
import { limits } from '../limits.ts'
import { looksOf, textSchema } from '../text.ts'

/** What polls and votes of the kind `choice` carry: choices, of which a voter picks one or several. */

export const choiceSchema = z.strictObject({
  id: z.int().positive(),
  text: z.string(),
  /** Null where results are hidden. */
  votes: z.int().nonnegative().nullable(),
})

/** A choice as an export shows it. */
export const choiceResultSchema = z.strictObject({
  ...choiceSchema.shape,
  /** Of the round's voters, from 0 to 1; null where there were none, or where results are hidden. */
  share: z.number().min(0).max(1).nullable(),
})

/** The texts of choices, in their order. */
export const choiceTextsSchema = boundedArray(textSchema(limits.choiceLength), limits.maxChoices, 'choices')
  .refine((choices) => choices.length >= limits.minChoices, `At least ${limits.minChoices} choices.`)
  .check(({ value: choices, issues }) => {
    const looks = choices.map(looksOf)
    choices.forEach((text, index) => {
      const look = looks[index] ?? ''
      if (look === '' || looks.indexOf(look) === index) return
      issues.push({ code: 'custom', path: [index], message: 'Already in the list.', input: text })
    })
  })

/** How many choices a ballot holds, at least or at most. */
export const choiceCountSchema = z
  .int('Enter a whole number.')
  .positive('At least 1.')
  .max(limits.maxChoices, {
    error: `At most ${limits.maxChoices}.`,
  })

/**
 * The choices that a vote names. How many a ballot may hold is the poll's rule, not the body's shape: too few and too many
 * are refused by name (`no-choice`, `too-few-choices`, `too-many-choices`) when the vote is cast. More than any poll has
 * are not checked.
 */
export const choiceIdsSchema = boundedArray(
  z.int('Not the id of a choice.').positive('Not the id of a choice.'),
  limits.maxChoices,
  'choices',
)

const choiceFieldSchema = z
  .string('Not the id of a choice.')
  .regex(/^[1-9]\d{0,14}$/, 'Not the id of a choice.')
  .transform(Number)

/** The same as the fields of a form: `choice=3`, once for each choice. */
export const choiceFieldsSchema = boundedArray(choiceFieldSchema, limits.maxChoices, 'choices').default([])

export type Choice = z.infer<typeof choiceSchema>
export type ChoiceResult = z.infer<typeof choiceResultSchema>
