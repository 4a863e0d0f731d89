import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** A folder that is there until the test has ended. */
export function tempFolder(): string {
  const path = mkdtempSync(join(tmpdir(), 'pollcast-test-'))
  // Vitest ends things in reverse order: whatever opens files in it afterwards has closed them by then.
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}
