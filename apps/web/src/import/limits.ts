import { limits } from '@pollcast/shared/limits'

/** What is beyond is refused or left out, and named: a page must not stand still over a file. */
export const importLimits = {
  fileBytes: 5_000_000,
  textLength: 500_000,
  /** Of the sheets of a workbook, unzipped. */
  sheetBytes: 10_000_000,
  polls: limits.pollsInRoom,
  notes: 100,
} as const
