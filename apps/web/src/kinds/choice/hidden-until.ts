import { hiddenUntil } from '@pollcast/shared/hidden-until'
import type { Poll } from '@pollcast/shared/poll'
import { formatCount } from '../../components/format.ts'
import { t } from '../../i18n/index.ts'

/** Says why a poll's results are not shown, and when they will be. */
export const hiddenUntilText = (poll: Pick<Poll, 'resultsVisibility' | 'resultsFromVoters'>, voters: number): string =>
  t(`hidden.until-${hiddenUntil(poll, voters)}`, { count: formatCount(poll.resultsFromVoters) })
