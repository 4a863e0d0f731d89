import { AggregatorRegistry } from 'prom-client'
import type { ProcessMetrics } from './metrics.ts'

/** The metrics of several processes as those of one. */
export class MergedMetrics {
  /** What processes that are gone have counted: what a counter shows must not go back. */
  #gone: Promise<ProcessMetrics> = Promise.resolve([])

  /** @param last the metrics of a process that has exited, as it gave them last */
  retire(last: ProcessMetrics): void {
    const counted = last.filter(({ type }) => ['counter', 'histogram'].includes(String(type)))
    // One after the other: several processes may end at once.
    this.#gone = this.#gone.then((gone) => AggregatorRegistry.aggregate([gone, counted]).getMetricsAsJSON())
  }

  /** In Prometheus' text format. */
  async text(processes: readonly ProcessMetrics[]): Promise<string> {
    return AggregatorRegistry.aggregate([await this.#gone, ...processes]).metrics()
  }
}
