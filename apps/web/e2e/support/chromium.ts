import { execFileSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'chrome']
const ELSEWHERE = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
]

/**
 * Where a Chrome or Chromium is: the one that CHROME_PATH names, one that is installed, or one that can be installed
 * from Debian's packages. Throws where there is none, saying what to do.
 */
export function findChromium(): string {
  const named = process.env.CHROME_PATH
  if (named) {
    if (isProgram(named)) return named
    throw new Error(`CHROME_PATH is ${named}, where there is no program.`)
  }
  const found = installed() ?? (installFromDebian() ? installed() : undefined)
  if (found) return found
  throw new Error(
    'The browser tests need Chrome or Chromium. Install one (Debian, Ubuntu: "apt-get install chromium" as root), ' +
      'or set CHROME_PATH to the program.',
  )
}

function installed(): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter)
  return [...folders.flatMap((folder) => NAMES.map((name) => join(folder, name))), ...ELSEWHERE].find(isProgram)
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** False where there is no apt-get, or no right to use it. */
function installFromDebian(): boolean {
  if (process.getuid?.() !== 0) return false
  const run = (...args: string[]) =>
    execFileSync('apt-get', ['-q', '-y', ...args], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    })
  try {
    console.error('Installing Chromium for the browser tests …')
    run('update')
    run('install', '--no-install-recommends', 'chromium')
    return true
  } catch {
    return false
  }
}
