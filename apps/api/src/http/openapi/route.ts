import { createHash } from 'node:crypto'
import type { Middleware } from 'koa'
import { openApiDocument } from './document.ts'

function make(basePath: string) {
  const body = JSON.stringify(openApiDocument(basePath))
  return { body, etag: createHash('sha256').update(body).digest('base64url').slice(0, 22) }
}

/** `GET /api/openapi.json`. It is made when somebody first asks for it, and stays the same as long as the program. */
export function openApiRoute(basePath: string): Middleware {
  let made: { body: string; etag: string } | undefined
  return (ctx) => {
    made ??= make(basePath)
    ctx.set('Cache-Control', 'no-cache')
    ctx.status = 200
    ctx.etag = made.etag
    if (ctx.fresh) {
      ctx.status = 304
      return
    }
    ctx.type = 'application/json; charset=utf-8'
    ctx.body = made.body
  }
}
