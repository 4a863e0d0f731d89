import type Koa from 'koa'
import type { Request } from 'koa'
import type { Proxies } from './proxies.ts'

/**
 * Has Koa tell what is known of a request as it is meant here: `ctx.ip`, `ctx.protocol`, `ctx.secure` and `ctx.host` as
 * the trusted proxies tell them, and `ctx.query` as `readQuery` read it. Koa believes a header's first value, which
 * anyone may have written, and its own reading of a query takes time that grows with the square of its length.
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
