import * as z from 'zod'

/** Milliseconds. What takes longer was no journey: the machine slept. */
const LONGEST = 60_000

/** Updates in one report. */
export const MAX_REPORTED = 60

/** `POST /api/freshness`: how long the last updates took from their commit until a page had painted them. */
export const freshnessSchema = z.strictObject({
  milliseconds: z.array(z.int().nonnegative().max(LONGEST)).min(1).max(MAX_REPORTED),
})

export type FreshnessReport = z.infer<typeof freshnessSchema>
