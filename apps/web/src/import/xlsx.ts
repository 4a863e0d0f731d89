import { decodeXML } from 'entities'
import { unzip } from './zip.ts'

export interface Row {
  /** From 1, as the sheet shows it. */
  number: number
  /** By column, from A; some may be missing. */
  cells: (string | undefined)[]
}

const SHEET = /^xl\/worksheets\/[^/]+\.xml$/i
const STRINGS = /^xl\/sharedstrings\.xml$/i

/** A tag, with its prefix apart, and the text that follows it. No part can run over the next tag, so the time is linear. */
const TAGS = /<(\/?)(?:[\w.-]+:)?([\w.-]+)(?![\w.-])([^<>]*)>([^<]*)/g

const REFERENCE = /(?:^|\s)r\s*=\s*["']([^"']*)["']/
const TYPE = /(?:^|\s)t\s*=\s*["']([^"']*)["']/

/** No text of a poll is as long; many cells may share one. */
const MAX_CELL_LENGTH = 4000

/** Columns of Excel: A to XFD. */
const MAX_COLUMNS = 16_384

/**
 * The cells' texts of an Excel workbook, of each sheet that has any.
 *
 * @param maxBytes of its sheets and strings, unpacked
 * @throws where it is broken or larger
 */
export function readXlsx(file: Uint8Array, maxBytes: number): Row[][] {
  const files = unzip(file, (name) => SHEET.test(name) || STRINGS.test(name), maxBytes)
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes)
  const strings = [...files].filter(([name]) => STRINGS.test(name)).flatMap(([, bytes]) => stringsOf(text(bytes)))
  const sheets = [...files].filter(([name]) => SHEET.test(name))
  sheets.sort(([one], [other]) => one.localeCompare(other, 'en', { numeric: true }))
  return sheets.map(([, bytes]) => rowsOf(text(bytes), strings)).filter((rows) => rows.length > 0)
}

/** The texts that cells refer to by number. One may be of several runs; how to pronounce it (`rPh`) is no part of it. */
function stringsOf(xml: string): string[] {
  const strings: string[] = []
  let current = ''
  let phonetic = false
  for (const [, end, tag, attributes = '', text = ''] of xml.matchAll(TAGS)) {
    if (tag === 'rPh') phonetic = !end
    else if (tag === 't' && !end && !phonetic) current += decode(text)
    else if (tag === 'si' && (end || attributes.endsWith('/'))) {
      strings.push(current.slice(0, MAX_CELL_LENGTH))
      current = ''
    }
  }
  return strings
}

function rowsOf(xml: string, strings: readonly string[]): Row[] {
  const rows: Row[] = []
  let row: Row = { number: 0, cells: [] }
  let column = -1
  let type = ''
  let phonetic = false
  const append = (text: string) => {
    if (column >= 0 && column < MAX_COLUMNS) row.cells[column] = (row.cells[column] ?? '') + text
  }
  for (const [, end, tag, attributes = '', text = ''] of xml.matchAll(TAGS)) {
    if (tag === 'rPh') phonetic = !end
    if (end || phonetic) continue
    if (tag === 'row') {
      row = { number: Number.parseInt(REFERENCE.exec(attributes)?.[1] ?? '', 10) || row.number + 1, cells: [] }
      rows.push(row)
      column = -1
    } else if (tag === 'c') {
      column = columnOf(REFERENCE.exec(attributes)?.[1]) ?? column + 1
      type = TYPE.exec(attributes)?.[1] ?? 'n'
    } else if (tag === 't') append(decode(text))
    else if (tag === 'v') append(cellText(decode(text), type, strings))
  }
  return rows
}

function cellText(value: string, type: string, strings: readonly string[]): string {
  if (type === 's') return strings[Number(value)] ?? ''
  if (type === 'b') return value === '1' ? 'TRUE' : 'FALSE'
  if (type === 'e') return ''
  // As sheets show numbers: 0.1 + 0.2 is kept as 0.30000000000000004.
  return type === 'n' && value.trim() !== '' && Number.isFinite(Number(value))
    ? String(Number(Number(value).toPrecision(15)))
    : value
}

/** From 0: "C7" is in column 2. */
function columnOf(reference: string | undefined): number | undefined {
  const [letters] = /^[A-Z]{1,3}/.exec(reference ?? '') ?? []
  if (letters === undefined) return undefined
  return [...letters].reduce((column, letter) => column * 26 + letter.charCodeAt(0) - 64, 0) - 1
}

/** Excel writes characters that XML can't have as `_x000D_`. */
const decode = (text: string): string =>
  decodeXML(text).replace(/_x([0-9a-f]{4})_/gi, (_, code) => String.fromCharCode(Number.parseInt(code, 16)))
