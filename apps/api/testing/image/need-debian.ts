import { execFileSync } from 'node:child_process'

const missing = ['debootstrap', 'unshare', 'chroot', 'setpriv', 'nsenter', 'ip'].filter((program) => {
  try {
    execFileSync('which', [program])
    return false
  } catch {
    return true
  }
})

/** Why tests on a Debian of their own can't run here; false where they can. */
export const cannot =
  process.getuid?.() !== 0 ? 'this user is not root' : missing.length > 0 && `there is no ${missing.join(', ')}`
