import { cpSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './built-server.ts'
import { tempFolder } from './temp-folder.ts'

/** The theme of examples/. */
export const EXAMPLE_THEME = join(ROOT, 'examples', 'theme')

/**
 * A folder with the files of the example, until the test has ended.
 *
 * @param description theme.json: an object, or a text that is none
 * @param files more files, by name
 */
export function themeFolder(description: unknown, files: Record<string, string | Buffer> = {}): string {
  const folder = tempFolder()
  cpSync(EXAMPLE_THEME, folder, { recursive: true })
  const text = typeof description === 'string' ? description : JSON.stringify(description)
  for (const [name, content] of Object.entries({ ...files, 'theme.json': text })) {
    writeFileSync(join(folder, name), content)
  }
  return folder
}
