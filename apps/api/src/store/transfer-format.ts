import { createHash, type Hash } from 'node:crypto'

/*
 * An export: UTF-8, one JSON value a line, each ended by \n.
 *
 *   {"format":"pollcast-export","version":1,"pollcast":"1.0.0","migrations":["Polls1763856000000",…]}
 *   {"table":"poll","columns":["id","question",…]}     then the rows of the table
 *   ["tabspace","Tabs or spaces?",…]                   one row: a value for each column
 *   {"rows":1234,"sha256":"…"}                         the last line: of all bytes before it
 *
 * Bytes are {"base64":"…"}.
 */

export const FORMAT = 'pollcast-export'
export const VERSION = 1

export interface Header {
  format: typeof FORMAT
  version: number
  /** The Pollcast that made it. */
  pollcast: string
  /** What the tables are like: those that the database has had. */
  migrations: string[]
}

export interface TableLine {
  table: string
  columns: string[]
}

export interface EndLine {
  rows: number
  sha256: string
}

export type Row = unknown[]

/** The checksum of the lines that it gets. */
export class Checksum {
  readonly #hash: Hash = createHash('sha256')

  add(line: string): void {
    this.#hash.update(line).update('\n')
  }

  end(): string {
    return this.#hash.digest('hex')
  }
}
