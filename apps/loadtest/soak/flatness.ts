/** Something that is measured again and again, and must not grow for ever. */
export interface Measure {
  name: string
  unit: string
  /**
   * What stands for a quarter of the run: of a sawtooth such as a heap, what is left between two collections; of what grows by
   * its nature, such as a log, by how much it has.
   */
  of: keyof typeof statistics
  /** By how much one quarter may differ from another by chance. */
  slack: number
}

export interface Growth {
  from: number
  to: number
  grew: boolean
}

const at = (part: number) => (values: readonly number[]) => {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(part * (sorted.length - 1))] ?? Number.NaN
}

const added = (values: readonly number[]) => (values.at(-1) ?? Number.NaN) - (values[0] ?? Number.NaN)

const statistics = { low: at(0.1), median: at(0.5), high: at(0.95), added }

/** The same again, of what is large. */
const SLACK_PART = 0.1

/**
 * Whether what was measured grew from the second quarter of the run to the last: in the first, a server warms up. One
 * value that sticks out says nothing. What could not be measured grew.
 */
export function growthOf({ of, slack }: Pick<Measure, 'of' | 'slack'>, values: readonly number[]): Growth {
  const quarter = Math.floor(values.length / 4)
  const from = statistics[of](values.slice(quarter, 2 * quarter))
  const to = statistics[of](values.slice(3 * quarter))
  return { from, to, grew: !(to - from <= Math.max(slack, from * SLACK_PART)) }
}
