import type { Answered } from '../http/middleware/answered.ts'
import type { Log } from '../lib/log.ts'

/** One entry for each request. */
export const accessLog =
  (log: Log) =>
  ({ method, route, id, status, code, milliseconds }: Answered): void => {
    const took = Math.round(milliseconds * 10) / 10
    log.debug(`${method} ${route ?? '(no route)'} ${status}`, {
      event: 'request',
      method,
      route,
      pollId: id,
      status,
      code,
      milliseconds: took,
    })
  }
