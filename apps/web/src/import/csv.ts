import Papa from 'papaparse'
import type { Row } from './xlsx.ts'

/** The rows of a table that is separated by commas, semicolons or tabs, as sheets are saved. */
export const readCsv = (text: string): Row[] =>
  Papa.parse<string[]>(text).data.map((cells, index) => ({ number: index + 1, cells }))
