import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Test files run side by side. apt waits for dpkg's lock if it is told to, and for that of its lists never. */
const ONE_AT_A_TIME = [join(tmpdir(), 'pollcast-apt.lock'), 'apt-get', '-o', 'DPkg::Lock::Timeout=300']

/**
 * A program of a Debian package, which is installed where that can be done: by root, with apt.
 *
 * @param missing what to do where it can't
 */
export async function programOf(name: string, find: () => string | undefined, missing: string): Promise<string> {
  const found = find()
  if (found) return found
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) throw new Error(missing)
  console.error(`Installing ${name} for the tests …`)
  const options = { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } }
  try {
    await run('flock', [...ONE_AT_A_TIME, 'update'], options)
    await run('flock', [...ONE_AT_A_TIME, 'install', '-y', '--no-install-recommends', name], options)
  } catch (error) {
    throw new Error(missing, { cause: error })
  }
  const installed = find()
  if (!installed) throw new Error(missing)
  return installed
}
