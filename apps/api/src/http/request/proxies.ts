import type { IncomingMessage } from 'node:http'
import { parseAddress } from '../../lib/address.ts'
import { type IsTrusted, isTrustedBy, type TrustProxy } from '../../lib/trust-proxy.ts'

/**
 * Reads a request's client address, protocol and host from the X-Forwarded headers of trusted proxies. Each proxy appends
 * to them, so they are read from the right, and only as far as proxies are trusted: the values before that may be forged.
 */
export class Proxies {
  readonly #isTrusted: IsTrusted | undefined
  /** The host whose requests were sent over https, whatever protocol reaches this server. */
  readonly #secureHost: string | undefined

  #onIgnored: (() => void) | undefined

  /**
   * @param publicUrl PUBLIC_URL. If it is https, so is a request for its host without X-Forwarded-Proto
   * @param onIgnored is called once, when a request names a client for a proxy and no proxy is trusted
   */
  constructor(trust: TrustProxy, publicUrl?: string, onIgnored?: () => void) {
    this.#isTrusted = isTrustedBy(trust)
    this.#onIgnored = this.#isTrusted ? undefined : onIgnored
    this.#secureHost = publicUrl?.startsWith('https:') ? new URL(publicUrl).host : undefined
  }

  /** The client's address, as `parseAddress` spells it; empty if the connection is closed. */
  address(req: IncomingMessage): string {
    return this.#client(req).address
  }

  /** Every request is asked for it. */
  protocol(req: IncomingMessage): 'http' | 'https' {
    if (this.#onIgnored && req.headers['x-forwarded-for'] !== undefined) {
      this.#onIgnored()
      this.#onIgnored = undefined
    }
    if ('encrypted' in req.socket) return 'https'
    const forwarded = this.#forwarded(req, 'x-forwarded-proto')
    if (forwarded !== undefined) return forwarded === 'https' ? 'https' : 'http'
    return this.#secureHost !== undefined && this.host(req) === this.#secureHost ? 'https' : 'http'
  }

  /** Host and port that the client sent; empty if it sent none. */
  host(req: IncomingMessage): string {
    return this.#forwarded(req, 'x-forwarded-host') || (req.headers.host ?? hostOfHttp2(req) ?? '')
  }

  /** Whether the request came from a trusted proxy. */
  isTrusted(req: IncomingMessage): boolean {
    return this.#client(req).hops > 0
  }

  #forwarded(req: IncomingMessage, name: string): string | undefined {
    if (!this.#isTrusted || req.headers[name] === undefined) return undefined
    const { hops } = this.#client(req)
    const values = listOf(req, name)
    return hops === 0 ? undefined : values[Math.max(values.length - hops, 0)]?.toLowerCase()
  }

  #client(req: IncomingMessage): { address: string; hops: number } {
    let address = parseAddress(req.socket.remoteAddress ?? '') ?? ''
    let hops = 0
    if (!this.#isTrusted) return { address, hops }
    const list = listOf(req, 'x-forwarded-for')
    while (this.#isTrusted(address, hops)) {
      hops += 1
      const before = parseAddress(list[list.length - hops] ?? '')
      if (before === undefined) break
      address = before
    }
    return { address, hops }
  }
}

/** HTTP/2 has a pseudo-header for it (RFC 9113, section 8.3.1). */
const hostOfHttp2 = ({ headers }: IncomingMessage): string | undefined => headers[':authority']?.toString()

const listOf = (req: IncomingMessage, name: string): string[] =>
  String(req.headers[name] ?? '')
    .split(',')
    .map((value) => value.trim())
