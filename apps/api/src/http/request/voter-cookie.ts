/** The cookie's name in earlier versions. Other programs use that name too, so it counts only if it is valid. */
const LEGACY_NAME = 'voter'

/** Cookies of one name that are checked: each check costs a signature. */
const MAX_COOKIES = 8

/**
 * `id.signature`, with a signature of 32 bytes in base64url, in quotes or not (RFC 6265, section 4.1.1). The id may
 * end with a mark (voter.ts).
 */
const VALUE = /^("?)([\w-]{1,64}(?:~\d{0,10})?)\.([\w-]{43})\1$/

export interface CookieName {
  /** Sent over http and https. */
  readonly plain: string
  /** Sent over https only. No other host, and nobody on the network, can set a cookie of this name (RFC 6265bis, 4.1.3.2). */
  readonly secure: string
}

/** The ports of a host share cookies, so each installation has its own name. */
export function cookieNameOf(installationId: string): CookieName {
  const plain = `pollcast-${installationId}`
  return { plain, secure: `__Host-${plain}` }
}

export interface Candidate {
  readonly name: string
  readonly id: string
  readonly signature: string
}

/**
 * The voter cookies in a Cookie header: those with the secure name first, those with the legacy name last, and cookies of
 * one name in the order of the header. There may be several of one name, set for a parent domain or another path.
 *
 * @returns `isOurs`: whether there is a cookie with this installation's name, whatever its value
 */
export function readVoterCookies(header: string, name: CookieName): { candidates: Candidate[]; isOurs: boolean } {
  const byName = new Map<string, Candidate[]>([name.secure, name.plain, LEGACY_NAME].map((one) => [one, []]))
  let isOurs = false
  for (const [, found = '', value = ''] of header.matchAll(pairsOf(name))) {
    isOurs ||= found !== LEGACY_NAME
    const [, , id, signature] = VALUE.exec(value.trimEnd()) ?? []
    const ofName = byName.get(found)
    if (id && signature && ofName && ofName.length < MAX_COOKIES) ofName.push({ name: found, id, signature })
  }
  return { candidates: [...byName.values()].flat(), isOurs }
}

/** The same value where it is no cookie; undefined if it can't be one. */
export function readVoterToken(token: string): Omit<Candidate, 'name'> | undefined {
  const [, , id, signature] = VALUE.exec(token) ?? []
  return id && signature ? { id, signature } : undefined
}

const patterns = new WeakMap<CookieName, RegExp>()

/** Matches the pairs with these names, without the spaces around them. Takes time in proportion to the header's length. */
function pairsOf(name: CookieName): RegExp {
  const names = [name.secure, name.plain, LEGACY_NAME].join('|')
  const pattern = patterns.get(name) ?? new RegExp(`(?:^|;)[ \\t]*(${names})[ \\t]*=[ \\t]*([^;]*)`, 'g')
  patterns.set(name, pattern)
  return pattern
}
