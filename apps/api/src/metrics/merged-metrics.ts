import { AggregatorRegistry } from 'prom-client'
import type { ProcessMetrics } from './metrics.ts'

/** The metrics of several processes as those of one. */
export class MergedMetrics {
  /** What processes that are gone have counted: what a counter shows must not go back. */
  #gone: ProcessMetrics = []

  /** @param last the metrics of a process that has exited, as it gave them last */
  async retire(last: ProcessMetrics): Promise<void> {
    const counted = last.filter(({ type }) => ['counter', 'histogram'].includes(String(type)))
    this.#gone = await AggregatorRegistry.aggregate([this.#gone, counted]).getMetricsAsJSON()
  }

  /** In Prometheus' text format. */
  text(processes: readonly ProcessMetrics[]): Promise<string> {
    return AggregatorRegistry.aggregate([this.#gone, ...processes]).metrics()
  }
}
