import * as z from 'zod'
import { choiceCountSchema, choiceTextsSchema } from './kinds/choice.ts'
import { limits } from './limits.ts'
import type { FieldError } from './problem.ts'
import { textSchema } from './text.ts'

/** Who sees a poll's results before its host reveals them. */
export const visibilitySchema = z.enum(
  ['always', 'after-vote', 'after-close', 'host'],
  'One of always, after-vote, after-close, host.',
)

/**
 * What one ballot is given to: a browser, a one-time code, or whoever stands before the screen (a tablet that is passed
 * around).
 */
export const voteModeSchema = z.enum(['browser', 'code', 'none'], 'One of browser, code, none.')

const flag = z.boolean('Either true or false.')

export const isPast = (time: string): boolean => Date.parse(time) <= Date.now()

/** What is wrong with a closing time that is past. */
export const PAST_TIME = 'Choose a time to come.'

/** What is no time is that error alone. */
const timeSchema = z.iso.datetime({
  offset: true,
  error: 'A date and time such as 2030-01-31T18:00:00Z.',
  abort: true,
})
const inUtc = (text: string) => new Date(text).toISOString()

const YEAR_MS = 366 * 24 * 60 * 60 * 1000

/** Within a year: stored times are compared as text, and one beyond the year 9999 would come before all others. */
const closingTimeSchema = timeSchema
  .refine((text) => Date.parse(text) <= Date.now() + YEAR_MS, 'Choose a time within a year.')
  .transform(inUtc)

/** What a host may set, without a default: a field that is not there is left as it is. */
const settings = {
  question: textSchema(limits.questionLength),
  choices: choiceTextsSchema,
  minChoices: choiceCountSchema,
  maxChoices: choiceCountSchema,
  resultsVisibility: visibilitySchema,
  /** Results are hidden from all but the host until so many have voted; 0 where that does not matter. */
  resultsFromVoters: z.int('Enter a whole number.').min(0, 'At least 0.').max(10_000, 'At most 10000.'),
  /** Whether a voter may change their vote, or take it back. */
  allowChange: flag,
  /** Whether each voter sees the choices in an order of their own. */
  shuffleChoices: flag,
  /** Whether the front page shows the poll. */
  listed: flag,
  voteMode: voteModeSchema,
  /** Whether anyone may read the ballots of the closed poll, each under its receipt. */
  publishBallots: flag,
  closesAt: closingTimeSchema.refine((text) => !isPast(text), PAST_TIME).nullable(),
}

interface Counts {
  choices: readonly string[]
  minChoices: number
  maxChoices: number
}

/** What is wrong with how many choices a ballot of a poll holds, in a new poll and in one that is changed. */
export function countErrors({ choices, minChoices, maxChoices }: Counts): FieldError[] {
  const errors: FieldError[] = []
  // With too few choices, that is the error, and not a field that may not even have been sent.
  if (maxChoices > Math.max(choices.length, limits.minChoices)) {
    errors.push({ path: 'maxChoices', message: 'More than the number of choices.' })
  }
  if (minChoices > maxChoices) errors.push({ path: 'maxChoices', message: 'Fewer than minChoices.' })
  return errors
}

/** The body of `POST /api/polls`. */
export const newPollSchema = z
  .strictObject({
    ...settings,
    kind: z.literal('choice', 'The only kind is choice.').default('choice'),
    minChoices: settings.minChoices.default(1),
    maxChoices: settings.maxChoices.optional(),
    resultsVisibility: settings.resultsVisibility.default('always'),
    resultsFromVoters: settings.resultsFromVoters.default(0),
    allowChange: settings.allowChange.default(true),
    shuffleChoices: settings.shuffleChoices.default(false),
    listed: settings.listed.default(false),
    voteMode: settings.voteMode.default('browser'),
    publishBallots: settings.publishBallots.default(false),
    /** Has to be to come when the poll is made: by the time that it is asked for again, it may be past. */
    closesAt: closingTimeSchema.nullable().default(null),
    /** The room to put the poll into, with the key of its host. Without it, the poll gets a room of its own. */
    roomCode: z.string('Enter the code of a room.').max(40, 'At most 40 characters.').optional(),
  })
  .transform((poll) => ({ ...poll, maxChoices: poll.maxChoices ?? poll.minChoices }))
  .check(({ value: poll, issues }) => {
    for (const { path, message } of countErrors(poll))
      issues.push({ code: 'custom', path: [path], message, input: poll })
  })

/** The body of `PATCH /api/polls/:id`: any of these fields. */
export const pollChangeSchema = z
  .strictObject({ ...settings, status: z.enum(['open', 'closed'], 'Either open or closed.') })
  .partial()

export type Visibility = z.infer<typeof visibilitySchema>
export type VoteMode = z.infer<typeof voteModeSchema>
export type NewPoll = z.infer<typeof newPollSchema>
/** As a client sends it: what has a default may be left out. */
export type NewPollBody = z.input<typeof newPollSchema>
export type PollChange = z.infer<typeof pollChangeSchema>
