import * as z from 'zod'
import { limits } from './limits.ts'

/** `POST /api/freshness`: how long the last updates took from their commit until a page had painted them. */
export const freshnessSchema = z.strictObject({
  milliseconds: z
    .array(
      z.int('Enter a whole number.').nonnegative('At least 0.').max(limits.updateMs, `At most ${limits.updateMs}.`),
      'Not a list.',
    )
    .min(1, 'At least one.')
    .max(limits.updatesReported, `At most ${limits.updatesReported}.`),
})

export type FreshnessReport = z.infer<typeof freshnessSchema>
