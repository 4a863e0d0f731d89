import type { Failures } from '../processes/failures.ts'
import { type Figures, measures } from './figures.ts'
import { growthOf, type Measure } from './flatness.ts'

/** What was done, as lines. */
export function doneTable({ all }: Failures): string {
  const rows = Object.entries(all).sort(([a], [b]) => a.localeCompare(b))
  return lines(rows.map(([what, times]) => [what, times.toLocaleString('en')]))
}

/** How much there was of each measure in the second and the last quarter. Notes what grew as a failure, where that is judged. */
export function growthTable(figures: readonly Figures[], failures: Failures | undefined): string {
  const rows = Object.entries<Measure>(measures).map(([key, measure]) => {
    const growth = growthOf(
      measure,
      figures.map((all) => all[key as keyof Figures]),
    )
    const from = text(growth.from, measure.unit)
    const to = text(growth.to, measure.unit)
    if (growth.grew) failures?.note(`it grew: ${measure.name}, from ${from} in the second quarter to ${to} in the last`)
    return [measure.name, from, to, failures === undefined ? '' : growth.grew ? 'GREW' : 'flat']
  })
  return lines([['', '2nd quarter', 'last quarter', ''], ...rows])
}

const text = (value: number, unit: string) => `${value.toFixed(1)} ${unit}`.trimEnd()

/** The first column to the left, the others to the right. */
function lines(rows: readonly string[][]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const line = (row: string[]) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('   ')
  return rows.map((row) => `${line(row).trimEnd()}\n`).join('')
}
