import { formatPercentage, percentagesOf } from '@pollcast/shared/percentages'
import { formatCount } from '../../components/format.ts'

/** What this folder reads of a snapshot. Votes are null while its results are hidden. */
export interface Counts {
  /** Where the server does not tell them, `totalVotes` counts ballots. */
  voters?: number
  totalVotes: number | null
  choices: readonly { id: number; text: string; votes: number | null }[]
}

export interface ResultNumbers {
  votes: number
  count: string
  /** In percent of voters. */
  share: string
  /** Whether it has more votes than every other choice. */
  isLeader: boolean
}

export interface ResultRow {
  id: number
  text: string
  /** Undefined while results are hidden. */
  numbers: ResultNumbers | undefined
}

export interface Results {
  voters: number
  isHidden: boolean
  rows: ResultRow[]
}

/** The results as rows show them. `maxChoices` is how many choices one ballot may hold. */
export function resultsOf({ voters: told, totalVotes, choices }: Counts, maxChoices: number): Results {
  const voters = told ?? totalVotes ?? 0
  const isHidden = choices.some(({ votes }) => votes === null)
  const votes = choices.map((choice) => choice.votes ?? 0)
  const percentages = percentagesOf(votes, voters, maxChoices === 1)
  const [most = 0, second = 0] = [...votes].sort((one, other) => other - one)

  const numbersOf = (count: number, percentage: number): ResultNumbers => ({
    votes: count,
    count: formatCount(count),
    share: formatPercentage(percentage, count, voters),
    isLeader: count === most && most > second,
  })
  const rows = choices.map(({ id, text }, index) => ({
    id,
    text,
    numbers: isHidden ? undefined : numbersOf(votes[index] ?? 0, percentages[index] ?? 0),
  }))
  return { voters, isHidden, rows }
}
