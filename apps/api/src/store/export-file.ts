import { createReadStream } from 'node:fs'
import { DatabaseRefused } from './database.ts'
import { migrations } from './schema.ts'
import { Checksum, type EndLine, FORMAT, type Header, type Row, type TableLine, VERSION } from './transfer-format.ts'

/** Characters of the longest line: a row of ours has some thousands. */
const MAX_LINE = 64 * 1024 * 1024

/**
 * Reads a file to its end and throws a DatabaseRefused unless it is an export, complete and unchanged, of a database with
 * the same tables as this version has.
 */
export async function checkExport(file: string): Promise<void> {
  const checksum = new Checksum()
  let rows = 0
  let last: string | undefined
  for await (const line of linesOf(file)) {
    if (last === undefined) checkHeader(file, line)
    else {
      checksum.add(last)
      if (last.startsWith('[')) rows += 1
    }
    last = line
  }
  if (last === undefined) throw new DatabaseRefused(`${file} is empty.`)
  const end = parse(last) as Partial<EndLine> | undefined
  if (end?.sha256 === undefined) throw new DatabaseRefused(`${file} is cut off: its last line is missing.`)
  if (end.sha256 !== checksum.end() || end.rows !== rows) {
    throw new DatabaseRefused(`${file} was changed after it was written: its checksum is another one.`)
  }
}

/** The tables and rows of an export that has been checked. */
export async function* readExport(file: string): AsyncGenerator<TableLine | Row> {
  for await (const line of linesOf(file)) {
    const value = JSON.parse(line) as Header | TableLine | EndLine | Row
    if (Array.isArray(value) || 'table' in value) yield value
  }
}

function checkHeader(file: string, line: string): void {
  const header = parse(line) as Partial<Header> | undefined
  if (header?.format !== FORMAT) throw new DatabaseRefused(`${file} is not an export of Pollcast.`)
  const madeBy = `${file} was exported by Pollcast ${header.pollcast}`
  const known = migrations.map(({ name }) => name)
  const had = header.migrations ?? []
  if (header.version !== VERSION || had.some((name) => !known.includes(name))) {
    throw new DatabaseRefused(`${madeBy}, which is newer than this one. Import it with that version.`)
  }
  if (known.some((name) => !had.includes(name))) {
    throw new DatabaseRefused(
      `${madeBy}, whose tables are older. Import it with that version, then start this one on the new database.`,
    )
  }
}

/** Lines end with \n alone: a text in one may have other characters that end lines elsewhere. */
async function* linesOf(file: string): AsyncGenerator<string> {
  let rest = ''
  for await (const chunk of createReadStream(file, { encoding: 'utf8', highWaterMark: 256 * 1024 })) {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    if (rest.length > MAX_LINE) throw new DatabaseRefused(`${file} is not an export of Pollcast.`)
    yield* lines
  }
  if (rest !== '') yield rest
}

function parse(line: string): object | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}
