import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** Has something done at the end, the last first. */
export type AtEnd = (act: () => void | Promise<void>) => void

/** A folder that is there until the test has ended, or what else `atEnd` waits for. */
export function tempFolder(atEnd: AtEnd = onTestFinished): string {
  const path = mkdtempSync(join(tmpdir(), 'pollcast-test-'))
  // Vitest ends things in reverse order: whatever opens files in it afterwards has closed them by then.
  atEnd(() => rmSync(path, { recursive: true, force: true }))
  return path
}
