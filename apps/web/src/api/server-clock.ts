import { shallowReadonly, shallowRef } from 'vue'
import { moment, since } from './elapsed.ts'

/** More than one of the machine's clocks may run ahead of the other by themselves: it has slept, or one was set. */
const JUMP_MS = 1_000
/** More than the clocks of a server's nodes differ. */
const SET_BACK_MS = 5_000

/**
 * How far the server's clock is ahead of this machine's, from the times that the server puts into what it sends. The
 * journey of each is of unknown length, so each gives a bound only: it was stamped before it came, and after it was asked
 * for. The more come, the closer the bounds; the quickest journeys decide. Once a clock was set, the next one decides alone.
 */
export class ServerClock {
  readonly #begun = moment()
  /** How far the machine's wall clock was ahead of its monotonic one when the bounds were begun. */
  #lead = 0
  /** Milliseconds; negative where the server's clock is behind. */
  #least = Number.NEGATIVE_INFINITY
  #most = Number.POSITIVE_INFINITY
  #latest = Number.NEGATIVE_INFINITY
  readonly #resets = shallowRef(0)

  /** How often what was known has turned out to be worth nothing. */
  readonly resets = shallowReadonly(this.#resets)

  /** By this machine's clock, in milliseconds since 1970. Setting it back changes nothing. */
  localNow = (): number => this.#begun.wall + since(this.#begun)

  /**
   * @param now the server's clock when it sent this (ISO 8601)
   * @param askedAt by `localNow`; unknown for what the server sent by itself
   */
  note(now: string, askedAt = Number.NEGATIVE_INFINITY): void {
    const stamped = Date.parse(now)
    if (Number.isNaN(stamped)) return
    const hasJumped = this.#hasJumped()
    const least = stamped - this.localNow()
    // It may have been asked for before that.
    const most = hasJumped ? Number.POSITIVE_INFINITY : stamped - askedAt
    const isSet = hasJumped || least > this.#most || most < this.#least || stamped < this.#latest - SET_BACK_MS
    this.#least = isSet ? least : Math.max(this.#least, least)
    this.#most = isSet ? most : Math.min(this.#most, most)
    this.#latest = isSet ? stamped : Math.max(this.#latest, stamped)
    if (!isSet) return
    this.#lead = this.#wallLead()
    this.#resets.value += 1
  }

  /** Whether the clocks' difference is known from both sides: what comes by itself only says what it is at least. */
  get isKnown(): boolean {
    return Number.isFinite(this.#least) && Number.isFinite(this.#most)
  }

  /** The server's clock now, in milliseconds since 1970; this machine's as long as the server has said nothing. */
  now(): number {
    if (!Number.isFinite(this.#least)) return this.localNow()
    const offset = Number.isFinite(this.#most) ? (this.#least + this.#most) / 2 : this.#least
    return this.localNow() + offset
  }

  #wallLead(): number {
    const { monotonic, wall } = moment()
    return wall - this.#begun.wall - (monotonic - this.#begun.monotonic)
  }

  #hasJumped = () => Math.abs(this.#wallLead() - this.#lead) > JUMP_MS
}

/** That of the API this page is on. */
export const serverClock = new ServerClock()
