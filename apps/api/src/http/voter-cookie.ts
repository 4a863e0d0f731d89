/** What earlier versions called the cookie. Other programs use that name too, so it counts only where it is valid. */
const LEGACY_NAME = 'voter'

/** How many cookies of one name are looked at: each one costs a signature. */
const MOST = 8

/** `id.signature`, where the signature is 32 bytes in base64url; in quotes or not (RFC 6265, section 4.1.1). */
const VALUE = /^("?)([\w-]{1,64})\.([\w-]{43})\1$/

export interface CookieName {
  /** Sent over http and https. */
  readonly plain: string
  /** Sent over https only. No other host, and nobody on the way, can set a cookie of this name (RFC 6265bis, 4.1.3.2). */
  readonly secure: string
}

/** Cookies don't keep the ports of a host apart, so each installation has a name of its own. */
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
 * The voter cookies in a Cookie header: those of the secure name first, yesterday's last, and those of one name in the
 * order of the header. There may be several of a name: one of the parent domain, or set for another path.
 *
 * @returns `isOurs` tells whether there is a cookie of this installation's name, whatever its value
 */
export function readVoterCookies(header: string, name: CookieName): { candidates: Candidate[]; isOurs: boolean } {
  const byName = new Map<string, Candidate[]>([name.secure, name.plain, LEGACY_NAME].map((one) => [one, []]))
  let isOurs = false
  for (const [, found = '', value = ''] of header.matchAll(pairsOf(name))) {
    isOurs ||= found !== LEGACY_NAME
    const [, , id, signature] = VALUE.exec(value.trimEnd()) ?? []
    const ofName = byName.get(found)
    if (id && signature && ofName && ofName.length < MOST) ofName.push({ name: found, id, signature })
  }
  return { candidates: [...byName.values()].flat(), isOurs }
}

const patterns = new WeakMap<CookieName, RegExp>()

/** Matches the pairs of these names, blanks around them left out. Takes time in proportion to the header's length. */
function pairsOf(name: CookieName): RegExp {
  const names = [name.secure, name.plain, LEGACY_NAME].join('|')
  const pattern = patterns.get(name) ?? new RegExp(`(?:^|;)[ \\t]*(${names})[ \\t]*=[ \\t]*([^;]*)`, 'g')
  patterns.set(name, pattern)
  return pattern
}
