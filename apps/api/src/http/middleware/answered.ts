import type { ProblemCode } from '@pollcast/shared/problem'
import type { Middleware } from 'koa'

/** What can be told of a request when it has been answered, without what may be secret in it: no address, cookie, key or query. */
export interface Answered {
  method: string
  /** The router's pattern for the path, such as `/api/polls/:id`; undefined for files and for what is not there. */
  route: string | undefined
  /** The poll's id in the path, if there is one. */
  id: string | undefined
  status: number
  /** The code of a refusal. */
  code: ProblemCode | undefined
  /** Milliseconds until the handler was done: for a stream, until it was opened. */
  milliseconds: number
}

/** Tells of each request once its handler is done. */
export function tellAnswered(listeners: readonly ((answered: Answered) => void)[]): Middleware {
  return async (ctx, next) => {
    const start = performance.now()
    await next()
    const answered: Answered = {
      method: ctx.method,
      route: ctx._matchedRoute?.toString(),
      id: ctx.params?.id,
      status: ctx.status,
      code: ctx.state.problem,
      milliseconds: performance.now() - start,
    }
    for (const listener of listeners) listener(answered)
  }
}
