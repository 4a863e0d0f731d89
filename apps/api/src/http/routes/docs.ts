import type { Middleware } from 'koa'
import { openApiDocument } from '../openapi/document.ts'
import { apiDocs } from '../pages/api-docs.ts'
import { htmlPage, plainPage } from '../pages/html.ts'
import { STATIC_PAGE } from '../pages/problem-page.ts'
import { publicUrlOf, type RouteParts } from '../parts.ts'
import { ENGLISH } from '../texts/languages.ts'

/** `GET /docs`: the API, for people. It loads nothing but the styles of the other pages, and runs no script. */
export function docsRoute(parts: RouteParts & { entry: { styles: readonly string[] } | undefined }): Middleware {
  const { basePath, entry, theme } = parts
  let document: ReturnType<typeof openApiDocument> | undefined
  /** As it was made last, with the address that the examples ask: most servers have one. */
  let made: { url: string; html: string } | undefined
  const make = (url: string) => {
    document ??= openApiDocument(basePath)
    const content = apiDocs(document, url)
    const head = { title: `The API · ${theme.name}`, texts: ENGLISH, theme, styles: entry?.styles ?? [] }
    return { url, html: htmlPage(head, plainPage(theme, content, 'id="api-docs"')) }
  }
  return (ctx) => {
    const url = publicUrlOf(ctx, parts)
    if (made?.url !== url) made = make(url)
    ctx.set('Content-Security-Policy', STATIC_PAGE)
    ctx.set('Cache-Control', 'no-cache')
    ctx.type = 'html'
    ctx.body = made.html
  }
}
