import type { Problem } from '@pollcast/shared/problem'
import { routes } from '@pollcast/shared/routes'
import type { Context, Middleware } from 'koa'
import type { Theme } from '../../theme/theme.ts'
import type { Languages, Texts } from '../texts/languages.ts'
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
export function problemPages(styles: readonly string[], theme: Theme, languages: Languages): Middleware {
  return async (ctx, next) => {
    await next()
    if (ctx.res.headersSent || ctx.type !== 'application/problem+json' || !isForPerson(ctx)) return
    const problem = JSON.parse(String(ctx.body)) as Problem
    const texts = languages.for(ctx)
    ctx.set('Content-Security-Policy', STATIC_PAGE)
    ctx.type = 'html'
    ctx.body = htmlPage(
      { title: theme.name, texts, theme, styles },
      plainPage(
        theme,
        `<h1>${texts.t('plain.failed')}</h1>
${noticeOf(problem, texts)}
<p>${linkFrom(ctx, texts)}</p>`,
      ),
    )
  }
}

/** What has no text in the reader's language is told in English. */
function noticeOf({ code, detail }: Problem, texts: Texts): string {
  const text = texts.problem(code)
  if (text) return `<p class="notice">${escapeHtml(text)}</p>`
  return `<p class="notice"${texts.language === 'en' ? '' : ' lang="en" dir="ltr"'}>${escapeHtml(detail)}</p>`
}

function isForPerson(ctx: Context): boolean {
  if (ctx.accepts('application/problem+json', 'json', 'html') !== 'html') return false
  return ctx.method === 'POST' ? ctx.is('urlencoded') === 'urlencoded' : !ctx.path.startsWith('/api/')
}

function linkFrom(ctx: Context, texts: Texts): string {
  const [, pollId] = /^\/api\/polls\/(\w+)\/votes$/.exec(ctx.path) ?? []
  if (pollId) return `<a href="${routes.pollPage(pollId)}">${texts.t('plain.back')}</a>`
  return ctx.method === 'POST'
    ? `<a href="${routes.listPage}">${texts.t('app.all-polls')}</a>`
    : `<a href="${escapeHtml(ctx.path)}">${texts.t('app.try-again')}</a>`
}
