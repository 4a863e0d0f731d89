import type { Problem } from '@pollcast/shared/problem'
import { routes } from '@pollcast/shared/routes'
import type { Context, Middleware } from 'koa'
import { escapeHtml, htmlPage, plainPage } from './html.ts'

/** A page without the app loads only styles, fonts and images. */
export const STATIC_PAGE =
  "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; manifest-src 'self'; base-uri 'none'; frame-ancestors 'none'"

/**
 * Turns problem+json into a page if a person reads it: after a browser has sent a form or opened a page. Programs, and
 * scripts in pages, accept JSON or anything, and get the problem as it is.
 *
 * @param styles URLs of the web app's stylesheets
 */
export function problemPages(styles: readonly string[]): Middleware {
  return async (ctx, next) => {
    await next()
    if (ctx.res.headersSent || ctx.type !== 'application/problem+json' || !isForPerson(ctx)) return
    const { detail } = JSON.parse(String(ctx.body)) as Problem
    ctx.set('Content-Security-Policy', STATIC_PAGE)
    ctx.type = 'html'
    ctx.body = htmlPage(
      { title: 'Pollcast', styles },
      plainPage(`<h1>That didn't work</h1>
<p class="notice">${escapeHtml(detail)}</p>
<p>${linkFrom(ctx)}</p>`),
    )
  }
}

function isForPerson(ctx: Context): boolean {
  if (ctx.accepts('application/problem+json', 'json', 'html') !== 'html') return false
  return ctx.method === 'POST' ? ctx.is('urlencoded') === 'urlencoded' : !ctx.path.startsWith('/api/')
}

function linkFrom(ctx: Context): string {
  const [, pollId] = /^\/api\/polls\/(\w+)\/votes$/.exec(ctx.path) ?? []
  if (pollId) return `<a href="${routes.pollPage(pollId)}">Back to the poll</a>`
  return ctx.method === 'POST'
    ? `<a href="${routes.listPage}">See all polls</a>`
    : `<a href="${escapeHtml(ctx.path)}">Try again</a>`
}
