import type { Faults } from '../processes/faults.ts'
import type { History } from './history.ts'
import type { Outcome } from './run.ts'

/** Faults that are named: whatever breaks breaks often. */
const NAMED = 20

/** What was done and seen in a run, in lines. */
export function table(history: History, { done, streams, landed, agreedMs }: Outcome): string {
  const rows: [string, string][] = [
    ...[...done].sort(([a], [b]) => a.localeCompare(b)).map(([what, times]): [string, string] => [what, `${times}`]),
    ['votes acknowledged', text(history.acknowledged)],
    ['votes of which nothing was heard', text(history.unheard)],
    ['  of these counted', text(landed)],
    ['streams', text(streams)],
    ['streams that came back', text(history.reconnections)],
    ['  and were first shown something older', text(history.wentBack)],
    ['frames seen', text(history.frames)],
    ['all on the newest after, ms', text(agreedMs)],
  ]
  const width = Math.max(...rows.map(([label]) => label.length))
  const digits = Math.max(...rows.map(([, value]) => value.length))
  return rows.map(([label, value]) => `${label.padEnd(width)}   ${value.padStart(digits)}\n`).join('')
}

/** What was wrong, in lines. */
export function verdict({ all }: Faults): string {
  const faults = Object.entries(all)
  if (faults.length === 0) return 'every promise was kept\n'
  const lines = faults.slice(0, NAMED).map(([fault, times]) => `FAULT: ${times > 1 ? `${times} × ` : ''}${fault}\n`)
  const more = faults.length > NAMED ? `and ${faults.length - NAMED} other faults\n` : ''
  return `${lines.join('')}${more}`
}

const text = (value: number) => value.toLocaleString('en', { maximumFractionDigits: 0 })
