import { percentiles } from '../bench/percentiles.ts'
import type { Load } from './load-page.ts'

interface Row {
  what: string
  samples: readonly number[]
  unit: string
  digits?: number
  goal?: number
}

/** What was measured beside its goal: medians, and the range that the samples are in. */
export function report(loads: readonly Load[], votes: readonly number[], where: string): string {
  const rows: Row[] = [
    { what: 'question painted', samples: loads.map((load) => load.firstPaint), unit: 'ms' },
    { what: 'largest contentful paint', samples: loads.map((load) => load.largestPaint), unit: 'ms', goal: 1200 },
    { what: 'one can vote', samples: loads.map((load) => load.usable), unit: 'ms' },
    { what: 'layout shift', samples: loads.map((load) => load.shift), unit: '', digits: 3, goal: 0.01 },
    { what: 'scripts until then', samples: loads.map((load) => load.scriptBytes / 1000), unit: 'kB' },
    { what: 'vote to pixel', samples: votes, unit: 'ms', digits: 1, goal: 25 },
  ]
  return [...rows.map(line), '', where].join('\n')
}

function line({ what, samples, unit, digits = 0, goal }: Row): string {
  const text = (value: number) => `${value.toFixed(digits)}${unit && ` ${unit}`}`
  const middle = percentiles(samples)?.p50 ?? Number.NaN
  const range = `${text(Math.min(...samples))} to ${text(Math.max(...samples))}`
  const verdict = goal === undefined ? '' : `goal ${text(goal)}: ${middle <= goal ? 'reached' : 'MISSED'}`
  return `${what.padEnd(26)}${text(middle).padEnd(10)}${range.padEnd(22)}${verdict}`.trimEnd()
}
