import {
  Counter,
  collectDefaultMetrics,
  Gauge,
  Histogram,
  type MetricObjectWithValues,
  type MetricValue,
  Registry,
} from 'prom-client'

/** The metrics of one process, as they cross to the one that is asked for them. */
export type ProcessMetrics = MetricObjectWithValues<MetricValue<string>>[]

/** Figures that are read when somebody asks for them. */
interface Readings {
  /** Streams that are open. */
  streams?(): number
  /** Milliseconds by which the event loop lags. */
  lag(): number
  database?: { readonly isOut: boolean; readonly outages: number } | undefined
}

/** Seconds. A vote is on every screen within a tenth of a second, or something is wrong. */
const LATENCY_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]

/** Seconds. What a network and a phone's screen add. */
const PAINT_BUCKETS = [0.01, 0.025, 0.05, 0.1, 0.2, 0.35, 0.5, 1, 2.5, 5, 10, 30, 60]

const BATCH_BUCKETS = [1, 2, 5, 10, 20, 50, 100, 200, 500]

/** What a process counts and measures: every process has all of them, so that each has one name and one meaning. */
export class Metrics {
  readonly #registry = new Registry()
  readonly #votes: Counter
  readonly #refusals: Counter<'code'>
  readonly #faults: Counter<'fault'>
  readonly #batches: Histogram
  readonly #firstWrite: Histogram
  readonly #lastWrite: Histogram
  readonly #paint: Histogram

  constructor(readings: Readings) {
    const registers = [this.#registry]
    this.#votes = new Counter({ name: 'pollcast_votes_total', help: 'Votes that were counted.', registers })
    this.#refusals = new Counter({
      name: 'pollcast_refusals_total',
      help: 'Requests that were refused, by the code of the answer.',
      labelNames: ['code'],
      registers,
    })
    this.#faults = new Counter({
      name: 'pollcast_client_faults_total',
      help: 'What clients did wrong on a connection, and requests refused before the app saw them.',
      labelNames: ['fault'],
      registers,
    })
    this.#batches = new Histogram({
      name: 'pollcast_votes_per_transaction',
      help: 'Votes that were written in one transaction.',
      buckets: BATCH_BUCKETS,
      registers,
    })
    this.#firstWrite = new Histogram({
      name: 'pollcast_commit_to_first_write_seconds',
      help: 'From when a process has the oldest change of a topic to the first write of its frame to a stream.',
      buckets: LATENCY_BUCKETS,
      registers,
    })
    this.#lastWrite = new Histogram({
      name: 'pollcast_commit_to_last_write_seconds',
      help: 'The same, to the write of the frame to the last of its streams.',
      buckets: LATENCY_BUCKETS,
      registers,
    })
    this.#paint = new Histogram({
      name: 'pollcast_commit_to_paint_seconds',
      help: 'From a change to the paint of it, as a sample of pages reports it. Whoever opens a page can report what they like.',
      buckets: PAINT_BUCKETS,
      registers,
    })
    this.#read('pollcast_streams', 'Streams that are open.', 'sum', () => readings.streams?.() ?? 0)
    this.#read('pollcast_event_loop_lag_seconds', 'Lag of the slowest event loop.', 'max', () => readings.lag() / 1000)
    this.#read('pollcast_database_out', '1 during an outage of the database.', 'max', () =>
      Number(readings.database?.isOut ?? false),
    )
    new Counter({
      name: 'pollcast_database_outages_total',
      help: 'Outages of the database, as each process saw them.',
      registers,
      collect() {
        this.reset()
        this.inc(readings.database?.outages ?? 0)
      },
    })
    this.#read('pollcast_processes', 'Processes that these figures are from.', 'sum', () => 1)
    collectDefaultMetrics({ register: this.#registry })
  }

  readonly voteCounted = (): void => this.#votes.inc()

  readonly refused = (code: string): void => this.#refusals.inc({ code })

  readonly clientFault = (fault: string): void => this.#faults.inc({ fault })

  readonly votesWritten = (votes: number): void => {
    if (votes > 0) this.#batches.observe(votes)
  }

  /** @param times in milliseconds, of `performance.now()`: of the change, and of the first and the last write */
  readonly frameWritten = (changed: number, first: number, last: number): void => {
    this.#firstWrite.observe((first - changed) / 1000)
    this.#lastWrite.observe((last - changed) / 1000)
  }

  /** @param milliseconds of each update that a page reports */
  readonly painted = (milliseconds: readonly number[]): void => {
    for (const one of milliseconds) this.#paint.observe(one / 1000)
  }

  values(): Promise<ProcessMetrics> {
    return this.#registry.getMetricsAsJSON()
  }

  #read(name: string, help: string, aggregator: 'sum' | 'max', value: () => number): void {
    new Gauge({
      name,
      help,
      aggregator,
      registers: [this.#registry],
      collect() {
        this.set(value())
      },
    })
  }
}
