import { formatPercentage, percentagesOf } from '@pollcast/shared/percentages'
import type { Snapshot } from '@pollcast/shared/poll'
import { formatCount, formatPercent } from '../../components/format.ts'

export type Counts = Pick<Snapshot, 'voters' | 'resultsHidden' | 'choices'>

export interface ResultNumbers {
  votes: number
  count: string
  /** In percent of voters. */
  share: string
  /** How much of its row a bar fills, from 0 to 1. */
  part: number
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
export function resultsOf({ voters, resultsHidden, choices }: Counts, maxChoices: number): Results {
  const votes = choices.map((choice) => choice.votes ?? 0)
  const percentages = percentagesOf(votes, voters, maxChoices === 1)
  const [most = 0, second = 0] = [...votes].sort((one, other) => other - one)

  const numbersOf = (count: number, percentage: number): ResultNumbers => ({
    votes: count,
    count: formatCount(count),
    share: formatPercentage(percentage, count, voters, formatPercent),
    part: voters === 0 ? 0 : Math.min(1, count / voters),
    isLeader: count === most && most > second,
  })
  const rows = choices.map(({ id, text }, index) => ({
    id,
    text,
    numbers: resultsHidden ? undefined : numbersOf(votes[index] ?? 0, percentages[index] ?? 0),
  }))
  return { voters, isHidden: resultsHidden, rows }
}
