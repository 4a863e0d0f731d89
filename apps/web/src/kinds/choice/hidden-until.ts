import type { Poll } from '@pollcast/shared/poll'
import { formatCount } from '../../components/format.ts'
import { t } from '../../i18n/index.ts'

/** Says why a poll's results are not shown, and when they will be. */
export function hiddenUntil(
  { resultsVisibility, resultsFromVoters }: Pick<Poll, 'resultsVisibility' | 'resultsFromVoters'>,
  voters: number,
): string {
  if (resultsVisibility === 'host') return t('hidden.until-host')
  if (voters < resultsFromVoters) return t('hidden.until-voters', { count: formatCount(resultsFromVoters) })
  return resultsVisibility === 'after-vote' ? t('hidden.until-vote') : t('hidden.until-close')
}
