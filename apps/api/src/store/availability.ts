import type { Log } from '../lib/log.ts'
import { reasonOf } from '../lib/reason-of.ts'
import { PollError } from '../polls/errors.ts'
import { cause, DatabaseBusy, type Fault } from './database-errors.ts'

type Access = 'read' | 'write'

const RETRIED = 'are answered with 503, each of them tries again, and streams stay open.'

/** What can be wrong, as the log tells it. A database may take no writes and still be read. */
const OUTAGES = {
  away: { begun: 'is unavailable', meanwhile: `Votes and reads ${RETRIED}`, over: 'is available again' },
  read: { begun: "can't be read", meanwhile: `Reads ${RETRIED}`, over: 'can be read again' },
  write: { begun: "can't be written to", meanwhile: `Votes and new polls ${RETRIED}`, over: 'can be written to again' },
  damaged: {
    begun: 'is damaged',
    meanwhile:
      'Votes and new polls are answered with 503 until it is restored from a backup and Pollcast is started again, and ' +
      'so is what reads the damaged part.',
    // It is over with the next start.
    over: '',
  },
}

type Outage = keyof typeof OUTAGES

/**
 * Milliseconds without a refusal after which a success shows that one can read, or write, again. A disk that is nearly
 * full takes one vote and not the next, and always those that change nothing.
 */
const QUIET_MS = 10_000

/**
 * Whether a database can be used. Everything that is asked of it goes through here: what it can't do just now is
 * refused as `store-unavailable`, and logged when that begins and when it is over, once each, however many requests fail.
 * Nothing polls the database: the next request, or a watched poll's re-reading, is the next try.
 */
export class Availability {
  readonly #name: string
  readonly #log: Log
  readonly #faultOf: (error: unknown) => Fault | undefined
  /** When something was last refused because of it. */
  readonly #outages = new Map<Outage, number>()
  /** Number of times an outage began or ended; results of requests from before the last change are ignored. */
  #changes = 0
  /** Number of outages that began. */
  #begun = 0
  #isWritable = true
  readonly #listeners = new Set<(isWritable: boolean) => void>()
  /** The error that showed that it is damaged. */
  #damage: unknown

  /** @param name what the database is called in the log */
  constructor(name: string, log: Log, faultOf: (error: unknown) => Fault | undefined) {
    this.#name = name
    this.#log = log
    this.#faultOf = faultOf
  }

  /** False from a write that failed because of the database until one succeeds. A lock on a row is not of the database. */
  get isWritable(): boolean {
    return this.#isWritable
  }

  /** Number of outages since the start. */
  get outages(): number {
    return this.#begun
  }

  /** Whether there is one now. */
  get isOut(): boolean {
    return this.#outages.size > 0
  }

  /** Calls back whenever `isWritable` has changed. Returns a function that ends that. */
  onWritable(listener: (isWritable: boolean) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  async during<T>(access: Access, work: () => Promise<T>): Promise<T> {
    const asked = this.#changes
    try {
      // What is written into a damaged database may be lost with it.
      if (access === 'write' && this.#damage) throw this.#damage
      const result = await work()
      if (access === 'write') this.#setWritable(true)
      if (asked === this.#changes) this.#succeeded(access)
      return result
    } catch (error) {
      const fault = this.#faultOf(error)
      if (!fault) throw error
      if (fault === 'busy') throw Object.assign(new DatabaseBusy(), { cause: error })
      if (access === 'write') this.#setWritable(false)
      if (fault === 'damaged') this.#damage = error
      if (asked === this.#changes) this.#refused(fault === 'unusable' ? access : fault, error)
      const message = "The database can't be used for the moment. Try again in a few seconds."
      throw Object.assign(new PollError('store-unavailable', message), { cause: error })
    }
  }

  #setWritable(isWritable: boolean): void {
    if (isWritable === this.#isWritable) return
    this.#isWritable = isWritable
    for (const listener of this.#listeners) listener(isWritable)
  }

  #refused(outage: Outage, error: unknown): void {
    const known = this.#outages.has(outage)
    this.#outages.set(outage, performance.now())
    if (known) return
    this.#changes += 1
    this.#begun += 1
    const { begun, meanwhile } = OUTAGES[outage]
    this.#log.error(`The database at ${this.#name} ${begun}: ${reasonOf(cause(error))}. ${meanwhile}`, {
      event: 'database-outage',
      database: this.#name,
      outage,
    })
  }

  /** Any success shows that the database is available. A successful read says nothing about writes, nor a write about reads. */
  #succeeded(access: Access): void {
    this.#over('away')
    const refused = this.#outages.get(access)
    if (refused !== undefined && performance.now() - refused >= QUIET_MS) this.#over(access)
  }

  #over(outage: Outage): void {
    if (!this.#outages.delete(outage)) return
    this.#changes += 1
    this.#log.info(`The database at ${this.#name} ${OUTAGES[outage].over}.`, {
      event: 'database-outage-over',
      database: this.#name,
      outage,
    })
  }
}
