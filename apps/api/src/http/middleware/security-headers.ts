import type { Context, Middleware } from 'koa'
import helmet from 'koa-helmet'

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

const headers = (strictTransportSecurity: false | { maxAge: number; includeSubDomains: boolean }) =>
  helmet({
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

/**
 * Sets on every answer what browsers should know of it. Cross-Origin-Resource-Policy, too, is `same-origin` everywhere:
 * it is for what is loaded without CORS, and pages of ALLOWED_ORIGINS ask by CORS (Fetch, section 3.8).
 */
export function securityHeaders(): Middleware {
  const overHttp = headers(false)
  // Not its subdomains: they may be anyone's.
  const overHttps = headers({ maxAge: 365 * 24 * 60 * 60, includeSubDomains: false })
  return (ctx, next) => {
    ctx.set('Permissions-Policy', PERMISSIONS)
    return ctx.secure ? overHttps(ctx, next) : overHttp(ctx, next)
  }
}

/** For a page of the web app: what it may load. */
export function setPagePolicy(ctx: Context, isDev: boolean): void {
  ctx.set('Content-Security-Policy', isDev ? DEV_PAGE : PAGE)
}
