import * as z from 'zod'

/** The answer to `GET /api/privacy`: the settings that decide what is kept of whom, where, and for how long. */
export const privacySchema = z.strictObject({
  engine: z.enum(['sqlite', 'postgres']),
  /** Days after its last use that a room is kept; 0 for ever. */
  retentionDays: z.int().nonnegative(),
  /** Whether requests are counted by address. */
  hasLimits: z.boolean(),
  /** Whether these counts are in Redis, under a hash. */
  hasRedis: z.boolean(),
  /** Whether each request is in the log, without an address. */
  logsRequests: z.boolean(),
  /** Nightly backups that are kept; 0 where the server makes none. */
  backups: z.int().nonnegative(),
  /** Whether what hosts do is told to another server. */
  hasWebhook: z.boolean(),
  /** Whether one page in ten reports how fresh it is. */
  measuresFreshness: z.boolean(),
})

export type Privacy = z.infer<typeof privacySchema>
