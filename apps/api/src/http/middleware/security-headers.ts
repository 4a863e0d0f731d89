import type { IncomingMessage, ServerResponse } from 'node:http'
import helmet from 'helmet'
import type { Context, Middleware } from 'koa'

/** What is no page loads nothing and stands in no frame. */
const NO_PAGE = { 'default-src': ["'none'"], 'frame-ancestors': ["'none'"] }

/** A page may load what this server serves, and nothing else. */
const PAGE = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join(';')

/** Vite's dev server puts styles and scripts into the page, and speaks WebSocket with it. */
const DEV_PAGE = "frame-ancestors 'none'"

/** What no page of Pollcast asks a browser for. */
const PERMISSIONS = 'camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()'

/** The headers that helmet sets: the same on each answer, so it is asked once and not for every vote. */
function headersOf(
  strictTransportSecurity: false | { maxAge: number; includeSubDomains: boolean },
): [string, string][] {
  const headers: [string, string][] = [['Permissions-Policy', PERMISSIONS]]
  const set = helmet({
    strictTransportSecurity,
    contentSecurityPolicy: { useDefaults: false, directives: NO_PAGE },
    xFrameOptions: { action: 'deny' },
    // Not no-referrer: forms would then come with `Origin: null`, as if from anywhere (Fetch, section 3.2).
    referrerPolicy: { policy: 'same-origin' },
    // For browsers that are no more, or that need none of it.
    originAgentCluster: false,
    xDnsPrefetchControl: false,
    xDownloadOptions: false,
    xPermittedCrossDomainPolicies: false,
    xXssProtection: false,
  })
  const answer = { setHeader: (name: string, value: string) => headers.push([name, value]), removeHeader: () => {} }
  set({} as IncomingMessage, answer as unknown as ServerResponse, (error) => {
    if (error) throw error
  })
  return headers
}

/**
 * Sets on every answer what browsers should know of it. Cross-Origin-Resource-Policy, too, is `same-origin` everywhere:
 * it is for what is loaded without CORS, and pages of ALLOWED_ORIGINS ask by CORS (Fetch, section 3.8).
 */
export function securityHeaders(): Middleware {
  const overHttp = headersOf(false)
  // Not its subdomains: they may be anyone's.
  const overHttps = headersOf({ maxAge: 365 * 24 * 60 * 60, includeSubDomains: false })
  return (ctx, next) => {
    for (const [name, value] of ctx.secure ? overHttps : overHttp) ctx.res.setHeader(name, value)
    return next()
  }
}

/** For a page of the web app: what it may load. */
export function setPagePolicy(ctx: Context, isDev: boolean): void {
  ctx.set('Content-Security-Policy', isDev ? DEV_PAGE : PAGE)
}
