import type { Percentiles } from './percentiles.ts'

/** What a load found out. Times are in milliseconds; what could not be read or was never reached is missing. */
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
    /** How long ago the first vote was sent that a tab does not show yet. */
    age: Percentiles | undefined
    /** From the last vote until every stream that reads showed it. */
    convergedMs: number | undefined
    framesPerStream: number
    cpuPercent: number | undefined
    /** The load's own: near 100 per thread, it is the load that could do no more, and not the server. */
    loadCpuPercent: number
  }
  memory: { beforeMb: number; perIdleStreamKb: number; peakMb: number; grownInStormMb: number } | undefined
  stalled: { streams: number; framesPerStream: number; caughtUp: boolean } | undefined
  /** Everything that is wrong, each with how often; empty where every stream ended on the right count. */
  failures: Record<string, number>
}
