import type { Privacy } from '@pollcast/shared/privacy'
import type { Config } from '../config/config.ts'

/** What the page about privacy is made from. */
export const privacyOf = (config: Config): Privacy => ({
  engine: 'path' in config.database ? 'sqlite' : 'postgres',
  retentionDays: config.retentionDays,
  hasLimits: config.rateLimit,
  hasRedis: config.redisUrl !== undefined,
  logsRequests: config.logLevel === 'debug',
  backups: config.backups?.keep ?? 0,
  hasWebhook: config.webhook !== undefined,
  measuresFreshness: config.metricsPort !== undefined,
})
