import type { Failures } from '../processes/failures.ts'
import type { History } from './history.ts'
import type { Outcome } from './run.ts'

/** How many failures are listed: what breaks once often breaks many times. */
const MAX_LISTED = 20

/** The faults that were injected and what clients saw, as lines. */
export function table(history: History, { injected, hosted, streams, landed, convergedMs }: Outcome): string {
  const rows: [string, string][] = [
    ...[...injected]
      .sort(([a], [b]) => a.localeCompare(b))
      .map(([what, times]): [string, string] => [what, `${times}`]),
    ...[...hosted].map(([what, times]): [string, string] => [`host: ${what}`, `${times}`]),
    ['votes acknowledged', text(history.acknowledged)],
    ['votes not answered', text(history.unanswered)],
    ['  of these counted', text(landed)],
    ['streams', text(streams)],
    ['streams that reconnected', text(history.reconnections)],
    ['  and were first shown something older', text(history.wentBack)],
    ['frames seen', text(history.frames)],
    ['converged after, ms', text(convergedMs)],
  ]
  const width = Math.max(...rows.map(([label]) => label.length))
  const digits = Math.max(...rows.map(([, value]) => value.length))
  return rows.map(([label, value]) => `${label.padEnd(width)}   ${value.padStart(digits)}\n`).join('')
}

/** What was wrong, as lines. */
export function verdict({ all }: Failures): string {
  const failures = Object.entries(all)
  if (failures.length === 0) return 'every promise was kept\n'
  const listed = failures.slice(0, MAX_LISTED)
  const lines = listed.map(([failure, times]) => `FAILED: ${times > 1 ? `${times} × ` : ''}${failure}\n`)
  const more = failures.length > MAX_LISTED ? `and ${failures.length - MAX_LISTED} other failures\n` : ''
  return `${lines.join('')}${more}`
}

const text = (value: number) => value.toLocaleString('en', { maximumFractionDigits: 0 })
