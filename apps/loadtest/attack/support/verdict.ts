/** One promise, and what was measured of it. */
export interface Check {
  promise: string
  measured: string
  limit: string
  kept: boolean
  /** A few of the cases in which it was broken. */
  examples: readonly string[]
}

/** Examples that are named: what breaks once often breaks a thousand times. */
const NAMED = 5

/** What an attack has found. */
export class Verdict {
  readonly checks: Check[] = []

  /** A figure that must not be larger. One that could not be measured (NaN) breaks the promise. */
  atMost(promise: string, measured: number, limit: number, unit = ''): void {
    this.#add(promise, text(measured, unit), `≤ ${text(limit, unit)}`, measured <= limit)
  }

  atLeast(promise: string, measured: number, limit: number, unit = ''): void {
    this.#add(promise, text(measured, unit), `≥ ${text(limit, unit)}`, measured >= limit)
  }

  equal(promise: string, measured: number, wanted: number): void {
    this.#add(promise, text(measured), `= ${text(wanted)}`, measured === wanted)
  }

  /** Something of which there must be no case. Equal cases are named once. */
  none(promise: string, cases: readonly string[]): void {
    const examples = [...new Set(cases)].slice(0, NAMED)
    this.#add(promise, text(cases.length), 'none', cases.length === 0, examples)
  }

  #add(promise: string, measured: string, limit: string, kept: boolean, examples: readonly string[] = []): void {
    this.checks.push({ promise, measured, limit, kept, examples })
  }
}

function text(value: number, unit = ''): string {
  const digits = Number.isInteger(value) || Math.abs(value) >= 100 ? 0 : 1
  const number = Number.isNaN(value) ? '–' : value.toLocaleString('en', { maximumFractionDigits: digits })
  return unit ? `${number} ${unit}` : number
}
