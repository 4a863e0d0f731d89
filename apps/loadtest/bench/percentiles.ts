export interface Percentiles {
  p50: number
  p95: number
  p99: number
}

/** By nearest rank: each is a sample that was measured, and so many per cent of all are no larger. */
export function percentiles(samples: readonly number[]): Percentiles | undefined {
  if (samples.length === 0) return undefined
  const sorted = Float64Array.from(samples).sort()
  const at = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] as number
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) }
}
