import type { IncomingMessage, ServerResponse } from 'node:http'
import helmet from 'helmet'
import type { Context, Middleware } from 'koa'

/** For everything that is not a page: it loads nothing, and is shown in no frame. */
const NO_PAGE = { 'default-src': ["'none'"], 'frame-ancestors': ["'none'"] }

/**
 * For an SVG of a theme: it is drawn as it was made, and runs and loads nothing. Firefox applies an SVG's own policy in an <img>
 * too.
 */
const PICTURE =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; frame-ancestors 'none'; sandbox"

/** A page may only load what this server serves. */
const PAGE = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  // blob: for pictures that a page draws itself: a chart as PNG.
  "img-src 'self' blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join(';')

/** Vite's dev server adds inline styles and scripts to the page, and opens a WebSocket. */
const DEV_PAGE = "frame-ancestors 'none'"

/** Any site; and a presentation that is a file: `*` stands for the schemes of the network only (CSP 3, section 6.7.2.8). */
const ANY_FRAME = 'frame-ancestors * file:'

/** Features that no page of Pollcast uses. */
const PERMISSIONS = 'camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()'

/** The headers that helmet sets. They are the same for all answers, so helmet is called once and not for every vote. */
function headersOf(
  strictTransportSecurity: false | { maxAge: number; includeSubDomains: boolean },
): [string, string][] {
  const headers: [string, string][] = [['Permissions-Policy', PERMISSIONS]]
  const set = helmet({
    strictTransportSecurity,
    contentSecurityPolicy: { useDefaults: false, directives: NO_PAGE },
    xFrameOptions: { action: 'deny' },
    // Not no-referrer: forms would then be sent with `Origin: null` (Fetch, section 3.2).
    referrerPolicy: { policy: 'same-origin' },
    // Obsolete, or of no use here.
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
 * Sets the security headers on every answer. Cross-Origin-Resource-Policy is `same-origin` everywhere too: it applies to
 * requests without CORS, and pages of ALLOWED_ORIGINS use CORS (Fetch, section 3.8).
 */
export function securityHeaders(): Middleware {
  const overHttp = headersOf(false)
  // Without its subdomains: they may belong to others.
  const overHttps = headersOf({ maxAge: 365 * 24 * 60 * 60, includeSubDomains: false })
  return (ctx, next) => {
    for (const [name, value] of ctx.secure ? overHttps : overHttp) ctx.res.setHeader(name, value)
    return next()
  }
}

/** Sets what a page of the web app may load. */
export function setPagePolicy(ctx: Context, isDev: boolean): void {
  ctx.set('Content-Security-Policy', isDev ? DEV_PAGE : PAGE)
}

/** Sets what an SVG of a theme may do. */
export function setPicturePolicy(ctx: Context): void {
  ctx.set('Content-Security-Policy', PICTURE)
}

/** Lets a page, whose policy is set, be shown in frames of any site. */
export function allowFraming(ctx: Context): void {
  const policy = String(ctx.response.get('Content-Security-Policy'))
  ctx.set('Content-Security-Policy', policy.replace("frame-ancestors 'none'", ANY_FRAME))
  ctx.remove('X-Frame-Options')
  // For sites that have their frames checked (COEP).
  ctx.set('Cross-Origin-Resource-Policy', 'cross-origin')
}
