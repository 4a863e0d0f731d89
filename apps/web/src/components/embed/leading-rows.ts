import type { ResultRow } from '../../kinds/choice/results.ts'

/** As many as there is room for: those with the most votes, in the poll's own order. */
export function leadingRows(rows: readonly ResultRow[], max: number | undefined): ResultRow[] {
  if (max === undefined || rows.length <= max) return [...rows]
  const votesOf = (row: ResultRow) => row.numbers?.votes ?? 0
  const leading = [...rows].sort((one, other) => votesOf(other) - votesOf(one)).slice(0, max)
  return rows.filter((row) => leading.includes(row))
}
