import * as z from 'zod'
import { limits } from './limits.ts'

/** `POST /api/freshness`: how long the last updates took from their commit until a page had painted them. */
export const freshnessSchema = z.strictObject({
  milliseconds: z.array(z.int().nonnegative().max(limits.updateMs)).min(1).max(limits.updatesReported),
})

export type FreshnessReport = z.infer<typeof freshnessSchema>
