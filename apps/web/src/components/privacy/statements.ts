import type { Privacy } from '@pollcast/shared/privacy'

/** What there is to say under the settings that a server has: for each heading its sentences, by their keys. */
export function statementsOf(privacy: Privacy) {
  const { retentionDays, hasLimits, hasRedis, logsRequests, backups, hasWebhook } = privacy
  const address = !hasLimits ? 'privacy.address-unused' : hasRedis ? 'privacy.address-redis' : 'privacy.address-memory'
  return [
    {
      heading: 'privacy.votes',
      sentences: ['privacy.ballot', 'privacy.pseudonym', ...(hasLimits ? (['privacy.burst'] as const) : [])],
    },
    { heading: 'privacy.browser', sentences: ['privacy.cookie', 'privacy.storage'] },
    { heading: 'privacy.polls', sentences: ['privacy.texts', ...(hasWebhook ? (['privacy.webhook'] as const) : [])] },
    {
      heading: 'privacy.how-long',
      sentences: [retentionDays === 0 ? 'privacy.for-ever' : 'privacy.retention', 'privacy.keys'],
    },
    { heading: 'privacy.addresses', sentences: [address, logsRequests ? 'privacy.log-requests' : 'privacy.log'] },
    {
      heading: 'privacy.copies',
      sentences: [backups === 0 ? 'privacy.no-backups' : 'privacy.backups', 'privacy.nothing-else'],
    },
  ] as const
}
