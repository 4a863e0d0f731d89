import type { Middleware } from 'koa'
import { openApiDocument } from '../openapi/document.ts'
import { apiDocs } from '../pages/api-docs.ts'
import { htmlPage, plainPage } from '../pages/html.ts'
import { STATIC_PAGE } from '../pages/problem-page.ts'
import { publicUrlOf, type RouteParts } from '../parts.ts'

/** `GET /docs`: the API, for people. It loads nothing but the styles of the other pages, and runs no script. */
export function docsRoute(parts: RouteParts & { entry: { styles: readonly string[] } | undefined }): Middleware {
  const { basePath, entry } = parts
  let document: ReturnType<typeof openApiDocument> | undefined
  return (ctx) => {
    document ??= openApiDocument(basePath)
    ctx.set('Content-Security-Policy', STATIC_PAGE)
    ctx.set('Cache-Control', 'no-cache')
    ctx.type = 'html'
    const content = apiDocs(document, publicUrlOf(ctx, parts))
    ctx.body = htmlPage(
      { title: 'The API · Pollcast', styles: entry?.styles ?? [] },
      plainPage(content, 'id="api-docs"'),
    )
  }
}
