import type { Context } from 'koa'
import type { Audiences } from '../live/audiences.ts'
import type { EventIds } from '../polls/event-ids.ts'
import type { Signals } from '../polls/events.ts'
import type { PollReader, PollWriter } from '../polls/ports.ts'
import type { VoterStreams } from '../reactions/voter-streams.ts'
import { originOf } from './request/origin.ts'
import type { RateLimits } from './request/rate-limit.ts'
import type { Voters } from './request/voter.ts'

/** What routes work with. */
export interface RouteParts {
  reader: PollReader
  writer: PollWriter
  signals: Signals
  audiences: Audiences
  voterStreams: VoterStreams
  /** Undefined if nothing is limited. */
  limits: RateLimits | undefined
  voters: Voters
  eventIds: EventIds
  /** A secret of the installation, the same in all of its processes. */
  serverKey: string
  /** PUBLIC_URL's origin, if it is set: the one that people open. */
  publicOrigin: string | undefined
}

/** What addresses for people begin with. A client of HTTP/1.0 may name no host: it gets paths. */
export const publicOriginOf = (ctx: Context, { publicOrigin }: Pick<RouteParts, 'publicOrigin'>): string =>
  publicOrigin ?? originOf(ctx) ?? ''
