const steps = [0.25, 0.5, 1]

/**
 * The share of all ballots that a bar across the whole width stands for. A bar reads best as a part of the whole; only
 * where many choices leave even the longest one short does the scale end earlier, in steps so that it rarely moves.
 */
export function fullWidthShare(votes: readonly number[], totalVotes: number): number {
  const longest = Math.max(...votes) / totalVotes
  return steps.find((step) => longest < step) ?? 1
}
