/** A promise, and the measured value. */
export interface Check {
  promise: string
  measured: string
  limit: string
  kept: boolean
  /** Some of the cases in which it was broken. */
  examples: readonly string[]
}

/** Examples to list: what breaks once often breaks a thousand times. */
const MAX_EXAMPLES = 5

/** The results of an attack. */
export class Verdict {
  readonly checks: Check[] = []

  /** A value that must not be larger than the limit. NaN, for one that could not be measured, breaks the promise. */
  atMost(promise: string, measured: number, limit: number, unit = ''): void {
    this.#add(promise, text(measured, unit), `≤ ${text(limit, unit)}`, measured <= limit)
  }

  atLeast(promise: string, measured: number, limit: number, unit = ''): void {
    this.#add(promise, text(measured, unit), `≥ ${text(limit, unit)}`, measured >= limit)
  }

  equal(promise: string, measured: number, wanted: number): void {
    this.#add(promise, text(measured), `= ${text(wanted)}`, measured === wanted)
  }

  /** Something that must not happen. Equal cases are listed once. */
  none(promise: string, cases: readonly string[]): void {
    const examples = [...new Set(cases)].slice(0, MAX_EXAMPLES)
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
