import type Koa from 'koa'
import type { Request } from 'koa'
import type { Proxies } from './proxies.ts'

/**
 * Replaces getters of Koa's request: `ctx.ip`, `ctx.protocol`, `ctx.secure` and `ctx.host` come from the trusted proxies,
 * `ctx.query` from `readQuery`. Koa itself trusts the first value of a forwarded header, which can be forged, and parses a
 * query in time that grows with the square of its length.
 */
export function extendRequest(koa: Koa, proxies: Proxies): void {
  Object.defineProperties(koa.request, {
    ip: getter((request) => proxies.address(request.req)),
    protocol: getter((request) => proxies.protocol(request.req)),
    host: getter((request) => proxies.host(request.req)),
    query: getter((request) => request.ctx.state.query ?? {}),
  })
}

const getter = <T>(read: (request: Request) => T): PropertyDescriptor => ({
  get(this: Request) {
    return read(this)
  },
})
