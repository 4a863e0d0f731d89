import { readFileSync, realpathSync, statSync } from 'node:fs'
import { isAbsolute, join, relative, sep } from 'node:path'
import { reasonOf } from '../lib/reason-of.ts'
import { ThemeRefused } from './theme-refused.ts'

/** The folder of a theme, out of which no file is read. */
export class ThemeFolder {
  readonly path: string
  readonly #root: string

  constructor(path: string) {
    this.path = path
    this.#root = check(`THEME_DIR: ${path} can't be opened`, 'Name a folder that Pollcast may read', () => {
      if (!statSync(path).isDirectory()) throw new Error('it is not a folder')
      return realpathSync(path)
    })
  }

  /**
   * Reads a file whole.
   *
   * @param most bytes that it may have
   */
  read(name: string, most: number): { path: string; bytes: Buffer } {
    const path = this.path + sep + name
    return check(`THEME_DIR: ${path} can't be used`, 'Put it into the folder, where Pollcast may read it', () => {
      const named = join(this.#root, name)
      if (this.#isOutside(named)) throw new Error('it is outside of the folder')
      // Where it is a link, what counts is what that names.
      const real = realpathSync(named)
      if (this.#isOutside(real)) throw new Error('it is outside of the folder')
      const found = statSync(real)
      if (!found.isFile()) throw new Error('it is not a file')
      if (found.size > most) throw new Error(`it has ${found.size} bytes, and may have ${most}`)
      return { path: real, bytes: readFileSync(real) }
    })
  }

  #isOutside(path: string): boolean {
    const inside = relative(this.#root, path)
    return /^\.\.($|[/\\])/.test(inside) || isAbsolute(inside)
  }
}

function check<T>(failed: string, advice: string, act: () => T): T {
  try {
    return act()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new ThemeRefused(`${failed}: ${reasonOf(error as Error)}.${code === undefined ? '' : ` ${advice}.`}`)
  }
}
