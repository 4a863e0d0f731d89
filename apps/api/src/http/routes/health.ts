import type { Context, Middleware } from 'koa'

/** Milliseconds by which the event loop may lag: beyond that, whoever waits for the process waits too long. */
const MAX_LAG_MS = 1000

export interface Health {
  /** Milliseconds by which the event loop lags. */
  lag(): number
  /** Why this process should get no requests now; undefined if it should. */
  notReady(): string | undefined
}

/** `GET /healthz`: whether the process is alive. It looks at nothing but its own clock: a restart must be of use. */
export function healthRoute(health: Health): Middleware {
  return (ctx) => {
    const eventLoopLagMs = Math.round(health.lag())
    answer(ctx, eventLoopLagMs < MAX_LAG_MS, { eventLoopLagMs })
  }
}

/** `GET /readyz`: whether the process should get requests. */
export function readyRoute(health: Health): Middleware {
  return (ctx) => {
    const reason = health.notReady()
    answer(ctx, reason === undefined, reason === undefined ? {} : { reason })
  }
}

function answer(ctx: Context, ok: boolean, details: object): void {
  ctx.status = ok ? 200 : 503
  ctx.set('Cache-Control', 'no-store')
  ctx.body = { ok, ...details }
}
