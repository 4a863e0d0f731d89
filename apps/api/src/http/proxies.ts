import type { IncomingMessage } from 'node:http'
import { parseAddress } from '../lib/address.ts'
import { type IsTrusted, isTrustedBy, type TrustProxy } from '../lib/trust-proxy.ts'

/**
 * Where a request comes from and how, as the trusted proxies tell it. Each proxy appends to the headers what it sees, so
 * they are read from the right, and no further than the proxies that are trusted: anyone may have written what stands
 * before that.
 */
export class Proxies {
  readonly #isTrusted: IsTrusted | undefined
  /** The host that is asked for over https, whatever reaches this server. */
  readonly #secureHost: string | undefined

  /** @param publicOrigin the origin that people open, if it is known: a proxy that says nothing of https ends it there */
  constructor(trust: TrustProxy, publicOrigin?: string) {
    this.#isTrusted = isTrustedBy(trust)
    this.#secureHost = publicOrigin?.startsWith('https:') ? new URL(publicOrigin).host : undefined
  }

  /** The client's address, as `parseAddress` spells it; empty where the connection is closed. */
  address(req: IncomingMessage): string {
    return this.#walk(req).address
  }

  protocol(req: IncomingMessage): 'http' | 'https' {
    if ('encrypted' in req.socket) return 'https'
    const forwarded = this.#forwarded(req, 'x-forwarded-proto')
    if (forwarded !== undefined) return forwarded === 'https' ? 'https' : 'http'
    return this.#secureHost !== undefined && this.host(req) === this.#secureHost ? 'https' : 'http'
  }

  /** Host and port that the client asked for; empty where it did not say. */
  host(req: IncomingMessage): string {
    return this.#forwarded(req, 'x-forwarded-host') || (req.headers.host ?? '')
  }

  #forwarded(req: IncomingMessage, name: string): string | undefined {
    if (!this.#isTrusted || req.headers[name] === undefined) return undefined
    const { hops } = this.#walk(req)
    const values = listOf(req, name)
    return hops === 0 ? undefined : values[Math.max(values.length - hops, 0)]?.toLowerCase()
  }

  #walk(req: IncomingMessage): { address: string; hops: number } {
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

const listOf = (req: IncomingMessage, name: string): string[] =>
  String(req.headers[name] ?? '')
    .split(',')
    .map((value) => value.trim())
