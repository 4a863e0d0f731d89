import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { programOf } from './debian-package.ts'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'chrome']
const MAC_PATHS = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
]

/**
 * The path of Chrome or Chromium: the one in CHROME_PATH, or an installed one. Root on Debian installs it now if it is
 * missing; otherwise this rejects with an error that says what to do.
 */
export async function findChromium(): Promise<string> {
  const named = process.env.CHROME_PATH
  if (named) {
    if (isProgram(named)) return named
    throw new Error(`CHROME_PATH is ${named}, which is not an executable file.`)
  }
  return programOf(
    'chromium',
    installed,
    'The browser tests need Chrome or Chromium. Install one (Debian: apt-get install chromium), or set CHROME_PATH to ' +
      'its path.',
  )
}

function installed(): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter)
  return [...folders.flatMap((folder) => NAMES.map((name) => join(folder, name))), ...MAC_PATHS].find(isProgram)
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
