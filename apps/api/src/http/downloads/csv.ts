import { setImmediate as nextTurn } from 'node:timers/promises'
import { type Options, stringify } from 'csv-stringify/sync'
import type { Cell, Table } from '../../polls/kinds/kind.ts'

/** As RFC 4180 has it, with a header line (section 3). */
export const CSV_TYPE = 'text/csv; charset=utf-8; header=present'

const options: Options = {
  record_delimiter: 'windows',
  // A spreadsheet would run what begins like one.
  escape_formulas: true,
  // Some do so behind blanks, too. A text that was entered begins with none.
  cast: { string: (text) => text.replace(/^[\s\p{DI}]+/u, '') },
}

/** Without the byte order mark, Excel takes UTF-8 for another encoding. */
const firstOptions: Options = { ...options, bom: true }

/** Cells that are written at once: about a millisecond of work. */
const SLICE = 1000

/** A table as CSV. */
export const csvOf = ({ columns, rows }: Table): string => stringify([columns, ...rows], firstOptions)

/** A table whose rows are made as they are asked for. */
type LongTable = Pick<Table, 'columns'> & { rows: Iterable<Cell[]> }

/** A long table as CSV, in pieces. Between them the event loop runs, so that votes are answered meanwhile. */
export async function* csvPieces({ columns, rows }: LongTable): AsyncGenerator<string> {
  yield stringify([columns], firstOptions)
  let slice: Cell[][] = []
  for (const row of rows) {
    slice.push(row)
    if (slice.length * columns.length < SLICE) continue
    yield stringify(slice, options)
    slice = []
    await nextTurn()
  }
  if (slice.length > 0) yield stringify(slice, options)
}
