import { sha256 } from '@noble/hashes/sha2.js'
import type { Challenge, Proof } from '@pollcast/shared/proof-of-work'
import { solveChallenge } from 'altcha-lib'

type DeriveKey = Parameters<typeof solveChallenge>[0]['deriveKey']

/**
 * In plain JavaScript, in every browser: crypto.subtle is for pages over https, and for hashes as short as these no faster, for
 * each is a promise.
 */
const deriveKey: DeriveKey = async (_, salt, text) => ({
  derivedKey: sha256.create().update(salt).update(text).digest(),
})

/** The value of the header Pollcast-Proof. */
export async function solve(challenge: Challenge): Promise<string> {
  const solution = await solveChallenge({ challenge, deriveKey, timeout: 0 })
  if (!solution) throw new Error('nothing ends the search')
  const { counter, derivedKey } = solution
  return btoa(JSON.stringify({ challenge, solution: { counter, derivedKey } } satisfies Proof))
}
