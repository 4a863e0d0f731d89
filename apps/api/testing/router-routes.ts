import type { Middleware } from 'koa'
import { createKoa, type HttpParts } from '../src/http/router.ts'
import { POLLCAST_THEME } from '../src/theme/theme.ts'

interface RouterMiddleware extends Middleware {
  router?: { stack: { path: string; methods: string[] }[] }
}

/** Every route that the server has, with parameters as `:id`. */
export function routerRoutes(): { method: string; path: string }[] {
  const parts = { allowedOrigins: [], onAnswered: [], admin: {}, theme: POLLCAST_THEME }
  const { middleware } = createKoa(parts as unknown as HttpParts)
  return (middleware as RouterMiddleware[])
    .flatMap((one) => one.router?.stack ?? [])
    .flatMap(({ path, methods }) => methods.map((method) => ({ method, path })))
    .filter(({ method }) => method !== 'HEAD')
}
