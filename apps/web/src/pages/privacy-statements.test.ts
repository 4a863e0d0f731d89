import type { Privacy } from '@pollcast/shared/privacy'
import { statementsOf } from '@pollcast/shared/privacy-statements'
import { expect, test } from 'vitest'

const least: Privacy = {
  engine: 'sqlite',
  retentionDays: 0,
  hasLimits: false,
  hasRedis: false,
  logsRequests: false,
  backups: 0,
  hasWebhook: false,
  measuresFreshness: false,
}
const said = (privacy: Partial<Privacy>) =>
  statementsOf({ ...least, ...privacy }).flatMap(({ sentences }) => sentences as readonly string[])

test.each<[Partial<Privacy>, string[], string[]]>([
  [{ retentionDays: 30 }, ['retention'], ['for-ever']],
  [{ hasLimits: true }, ['burst', 'address-memory'], ['address-unused']],
  [{ hasLimits: true, hasRedis: true }, ['burst', 'address-redis'], ['address-unused']],
  [{ hasRedis: true }, [], []],
  [{ logsRequests: true }, ['log-requests'], ['log']],
  [{ backups: 7 }, ['backups'], ['no-backups']],
  [{ hasWebhook: true }, ['webhook'], []],
  [{ measuresFreshness: true }, ['freshness'], ['no-statistics']],
])('%j changes what is said, and nothing else', (privacy, more, less) => {
  const [now, before] = [said(privacy), said({})]
  expect(now.filter((one) => !before.includes(one))).toEqual(more)
  expect(before.filter((one) => !now.includes(one))).toEqual(less)
})
