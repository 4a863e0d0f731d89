import type { Percentiles } from './percentiles.ts'

/** The result of a load. Times are in milliseconds. What could not be measured is missing. */
export interface Result {
  name: string
  streams: number
  /** From the first connection until every stream had its poll's snapshot. */
  openedMs: number
  /** One vote at a time, each until every stream of its poll had it. */
  fanOut: ({ rounds: number; cpuPerDeliveryUs: number | undefined } & Percentiles) | undefined
  storm: {
    offeredPerSecond: number
    acknowledgedPerSecond: number
    /** From when a vote was due to its acknowledgement. */
    acknowledged: Percentiles | undefined
    /** How long ago the first vote that a tab lacks was sent. */
    age: Percentiles | undefined
    /** From the last vote until every stream that reads showed it. */
    convergedMs: number | undefined
    framesPerStream: number
    cpuPercent: number | undefined
    /** Of the load itself: near 100 per thread, the load was the limit and not the server. */
    loadCpuPercent: number
  }
  memory: { beforeMb: number; perIdleStreamKb: number; peakMb: number; grownInStormMb: number } | undefined
  stalled: { streams: number; framesPerStream: number; caughtUp: boolean } | undefined
  /** Everything that went wrong, each with how often. Empty if every stream ended on the right count. */
  failures: Record<string, number>
}
