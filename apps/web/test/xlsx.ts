import { strToU8, Zip, ZipDeflate, type Zippable, zipSync } from 'fflate'

const NAMESPACE = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n'

export const sheetXml = (rows: string): string =>
  `${XML}<worksheet ${NAMESPACE}><sheetData>${rows}</sheetData></worksheet>`

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')

type Cells = Record<string, string | number>

/** A workbook with these cells (`{ B8: 'Question' }`), its texts shared as Excel keeps them. */
export function workbookOf(cells: Cells): Uint8Array {
  const texts = [...new Set(Object.values(cells).filter((value) => typeof value === 'string'))]
  const strings = texts.map((text) => `<si><t xml:space="preserve">${escaped(text)}</t></si>`).join('')
  const rowOf = (reference: string) => reference.replace(/\D/g, '')
  const cellXml = ([reference, value]: [string, string | number]) =>
    typeof value === 'string'
      ? `<c r="${reference}" s="3" t="s"><v>${texts.indexOf(value)}</v></c>`
      : `<c r="${reference}"><v>${value}</v></c>`
  const rowXml = (row: string) => {
    const inRow = Object.entries(cells).filter(([reference]) => rowOf(reference) === row)
    return `<row r="${row}">${inRow.map(cellXml).join('')}</row>`
  }
  const rows = new Set(Object.keys(cells).map(rowOf))
  return archiveOf({
    'xl/sharedStrings.xml': `${XML}<sst ${NAMESPACE}>${strings}</sst>`,
    'xl/worksheets/sheet1.xml': sheetXml(Array.from(rows, rowXml).join('')),
  })
}

export function archiveOf(files: Record<string, string | Uint8Array>): Uint8Array {
  const parts: Zippable = {
    '[Content_Types].xml': strToU8(`${XML}<Types/>`),
    'xl/workbook.xml': strToU8('<workbook/>'),
  }
  for (const [name, content] of Object.entries(files)) {
    parts[name] = typeof content === 'string' ? strToU8(content) : content
  }
  return zipSync(parts)
}

/** The same with sizes behind the files, as programs write that don't know them before. */
export function streamedArchiveOf(files: Record<string, string>): Uint8Array {
  const parts: Uint8Array[] = []
  const archive = new Zip((error, part) => {
    if (error) throw error
    parts.push(part)
  })
  for (const [name, content] of Object.entries(files)) {
    const file = new ZipDeflate(name)
    archive.add(file)
    file.push(strToU8(content), true)
  }
  archive.end()
  return Uint8Array.from(parts.flatMap((part) => [...part]))
}
