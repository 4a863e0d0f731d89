import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { programOf } from './debian-package.ts'
import { tempFolder } from './temp-folder.ts'

const LIBRARIES = '/usr/lib'

const findLibrary = () =>
  readdirSync(LIBRARIES)
    .map((folder) => join(LIBRARIES, folder, 'faketime', 'libfaketime.so.1'))
    .find((path) => existsSync(path))

/** A time of day for processes of their own, which can be set while they run. Their monotonic clock is the machine's. */
export class SettableClock {
  /** For the processes that are to have it. */
  readonly environment: Record<string, string>
  readonly #file: string

  private constructor(library: string) {
    this.#file = join(tempFolder(), 'offset')
    this.set(0)
    this.environment = {
      LD_PRELOAD: library,
      FAKETIME_TIMESTAMP_FILE: this.#file,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    }
  }

  static async create(): Promise<SettableClock> {
    const missing = 'libfaketime is needed for this test: apt-get install faketime'
    return new SettableClock(await programOf('faketime', findLibrary, missing))
  }

  /** Sets it to so many hours ahead of the machine's, or behind. */
  set(hours: number): void {
    writeFileSync(this.#file, `${hours < 0 ? '' : '+'}${hours * 3600}`)
  }
}
