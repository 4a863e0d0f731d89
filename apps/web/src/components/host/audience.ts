import type { Poll, Snapshot } from '@pollcast/shared/poll'

/** What the audience has of the results at the moment: all, those who voted only, or nothing and until when. */
export type AudienceSees = 'results' | 'after-vote' | 'from-voters' | 'after-close' | 'host'

type Shown = Pick<Poll, 'resultsVisibility' | 'resultsFromVoters'> & Pick<Snapshot, 'status' | 'voters'>

/** The server's rule (polls/visibility.ts of the API), for the host, who sees everything. */
export function audienceSees({ resultsVisibility, resultsFromVoters, status, voters }: Shown): AudienceSees {
  if (resultsVisibility === 'host') return 'host'
  if (voters < resultsFromVoters) return 'from-voters'
  if (resultsVisibility === 'always' || status === 'closed') return 'results'
  return resultsVisibility
}
