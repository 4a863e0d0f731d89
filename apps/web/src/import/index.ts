import { isAiken, readAiken } from './aiken.ts'
import { decodeText } from './decode-text.ts'
import { isDiscourse, readDiscourse } from './discourse.ts'
import { ImportBuilder } from './import-builder.ts'
import type { Imported, ImportFormat } from './imported.ts'
import { isKahootCsv, readKahootRows } from './kahoot.ts'
import { importLimits } from './limits.ts'
import { readPlain } from './plain.ts'
import { isJson, readJson } from './read-json.ts'

/** `=`, `~`, `#` or T and F right behind a brace, a category, or a question's name before its text. */
const GIFT = /(?<!\\)\{\s*(?:[=~#]|(?:T|F|TRUE|FALSE)\s*[}#])|^[ \t]*\$CATEGORY:|^[ \t]*::(?!:).*::/m

/**
 * Reads questions of other tools, whose format it finds out by itself: a plain list, Discourse's `[poll]`, Aiken, GIFT,
 * Kahoot's sheet (XLSX or CSV), StrawPoll's JSON, or results.json of this program. Never rejects for what the input is: what
 * can't be taken is in the notes. Nothing is saved.
 *
 * @param trueAndFalse the choices of GIFT's true-or-false questions, whose texts no file has
 */
export async function readQuestions(
  input: string | Blob | Uint8Array,
  trueAndFalse: readonly [string, string] = ['True', 'False'],
): Promise<Imported> {
  const builder = new ImportBuilder()
  const format = await (typeof input === 'string'
    ? readText(input, builder, trueAndFalse)
    : readFile(input, builder, trueAndFalse))
  return builder.finish(format)
}

async function readFile(
  file: Blob | Uint8Array,
  builder: ImportBuilder,
  trueAndFalse: readonly [string, string],
): Promise<ImportFormat> {
  if ((file instanceof Blob ? file.size : file.length) > importLimits.fileBytes) {
    builder.note({ code: 'too-large', max: importLimits.fileBytes, unit: 'bytes' })
    return 'unknown'
  }
  const bytes = file instanceof Blob ? new Uint8Array(await file.arrayBuffer()) : file
  // PK: a ZIP archive, which a workbook is.
  if (bytes[0] === 0x50 && bytes[1] === 0x4b && (bytes[2] ?? 0) < 9) return readWorkbook(bytes, builder)
  const text = decodeText(bytes, builder)
  if (text !== undefined) return readText(text, builder, trueAndFalse)
  builder.note({ code: 'unknown-file' })
  return 'unknown'
}

async function readWorkbook(bytes: Uint8Array, builder: ImportBuilder): Promise<ImportFormat> {
  const { readXlsx } = await import('./xlsx.ts')
  try {
    const sheets = readXlsx(bytes, importLimits.sheetBytes)
    if (sheets.some((rows) => readKahootRows(rows, builder))) return 'kahoot'
  } catch {
    builder.note({ code: 'broken-file' })
    return 'unknown'
  }
  builder.note({ code: 'no-header-row' })
  return 'unknown'
}

async function readText(
  source: string,
  builder: ImportBuilder,
  trueAndFalse: readonly [string, string],
): Promise<ImportFormat> {
  if (source.length > importLimits.textLength) {
    builder.note({ code: 'too-large', max: importLimits.textLength, unit: 'characters' })
    return 'unknown'
  }
  const text = source.replace(/^\ufeff/, '')
  if (isJson(text)) return readJson(text, builder)
  if (isDiscourse(text)) {
    readDiscourse(text, builder)
    return 'discourse'
  }
  if (isAiken(text)) {
    readAiken(text, builder)
    return 'aiken'
  }
  if (isKahootCsv(text)) {
    const { readCsv } = await import('./csv.ts')
    if (readKahootRows(readCsv(text), builder)) return 'kahoot'
  }
  if (GIFT.test(text)) {
    const { readGift } = await import('./gift.ts')
    readGift(text, builder, trueAndFalse)
    return 'gift'
  }
  readPlain(text, builder)
  return 'plain'
}
