import { freshnessSchema } from '@pollcast/shared/freshness'
import type { Middleware } from 'koa'
import type { RouteParts } from '../parts.ts'
import { readJson } from '../request/body.ts'

/**
 * `POST /api/freshness`: a page of the sample tells how long its last updates took, and nothing else. It is sent without the
 * voter's cookie, which is not looked at. 204, also where nobody measures any more.
 */
export function freshnessRoute({ onFreshness, limits }: RouteParts): Middleware {
  return async (ctx) => {
    await limits?.freshnessFrom(ctx)
    const { milliseconds } = await readJson(ctx, freshnessSchema)
    onFreshness?.(milliseconds)
    ctx.status = 204
  }
}
