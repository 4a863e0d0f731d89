/**
 * Whole percents of voters, in the order of the votes. Where each voter has one choice they add up to 100: all are
 * rounded down, and what is missing goes to those with the largest remainders, the first of equals first (the Hamilton
 * method). Where a voter may have several, each is rounded by itself.
 */
export function percentagesOf(votes: readonly number[], voters: number, hasOneEach: boolean): number[] {
  if (voters === 0) return votes.map(() => 0)
  if (!hasOneEach) return votes.map((count) => Math.round((100 * count) / voters))

  const percentages = votes.map((count) => Math.floor((100 * count) / voters))
  // Exact, as whole numbers: of equal votes none may win by a rounding error.
  const remainders = votes.map((count, index) => ({ index, remainder: (100 * count) % voters }))
  remainders.sort((one, other) => other.remainder - one.remainder)
  const missing = Math.round((100 * sum(votes)) / voters) - sum(percentages)
  for (const { index } of remainders.slice(0, missing)) percentages[index] = (percentages[index] ?? 0) + 1
  return percentages
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0)

const percent = new Intl.NumberFormat('en', { style: 'percent' })

/**
 * Never 0% for a choice that has votes, and never 100% for one that not all voters chose.
 *
 * @param format writes a share of 1 as the reader's language does
 */
export function formatPercentage(
  percentage: number,
  votes: number,
  voters: number,
  format: (share: number) => string = percent.format,
): string {
  if (votes > 0 && percentage === 0) return `<${format(0.01)}`
  if (votes < voters && percentage === 100) return `>${format(0.99)}`
  return format(percentage / 100)
}
