import type { Privacy } from './privacy.ts'

/** What there is to say under the settings that a server has: for each heading its sentences, by their names among the page's texts. */
export function statementsOf(privacy: Privacy) {
  const { retentionDays, hasLimits, hasRedis, logsRequests, backups, hasWebhook, measuresFreshness } = privacy
  const address = !hasLimits ? 'address-unused' : hasRedis ? 'address-redis' : 'address-memory'
  return [
    {
      heading: 'votes',
      sentences: ['ballot', 'pseudonym', ...(hasLimits ? (['burst'] as const) : [])],
    },
    { heading: 'browser', sentences: ['cookie', 'token', 'storage'] },
    { heading: 'polls', sentences: ['texts', ...(hasWebhook ? (['webhook'] as const) : [])] },
    {
      heading: 'how-long',
      sentences: [retentionDays === 0 ? 'for-ever' : 'retention', 'keys'],
    },
    { heading: 'addresses', sentences: [address, logsRequests ? 'log-requests' : 'log'] },
    {
      heading: 'copies',
      sentences: [
        backups === 0 ? 'no-backups' : 'backups',
        'nothing-else',
        measuresFreshness ? 'freshness' : 'no-statistics',
      ],
    },
  ] as const
}

/** What the sentences have in them. @param format writes a number in the page's language */
export const privacyValues = ({ engine, retentionDays, backups }: Privacy, format: (value: number) => string) => ({
  database: engine === 'postgres' ? 'PostgreSQL' : 'SQLite',
  days: format(retentionDays),
  backups: format(backups),
})
