import { execFileSync } from 'node:child_process'
import { programOf } from '../debian-package.ts'

/** What a Debian of the tests' own takes, with the package that each is in. */
const PROGRAMS = [
  ['debootstrap', 'debootstrap'],
  ['chroot', 'coreutils'],
  ['unshare', 'util-linux'],
  ['setpriv', 'util-linux'],
  ['nsenter', 'util-linux'],
  ['ip', 'iproute2'],
] as const

const WHAT = 'These tests make a Debian of their own'

/**
 * Installs what is missing for a Debian of the tests' own, where that can be done. Throws where it can't: whoever asks for these tests
 * is not told that all is well.
 */
export async function needDebian(): Promise<void> {
  if (process.getuid?.() !== 0) throw new Error(`${WHAT}: run them as root.`)
  for (const [program, name] of PROGRAMS) {
    const missing = `${WHAT}, and there is no ${program}: on Debian, "apt-get install ${name}".`
    await programOf(name, () => pathOf(program), missing)
  }
}

function pathOf(program: string): string | undefined {
  try {
    return execFileSync('which', [program], { encoding: 'utf8' }).trim()
  } catch {
    return undefined
  }
}
