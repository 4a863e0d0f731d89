import type { Privacy } from '@pollcast/shared/privacy'
import type { Context } from 'koa'
import type { CreatePolls } from '../lib/create-polls.ts'
import type { Audiences } from '../live/audiences.ts'
import type { Stream } from '../live/stream.ts'
import type { VoterRefs } from '../polls/ballot-id.ts'
import type { EventIds } from '../polls/event-ids.ts'
import type { Signals } from '../polls/events.ts'
import type { PollReader, PollWriter } from '../polls/ports.ts'
import type { Theme } from '../theme/theme.ts'
import { originOf } from './request/origin.ts'
import type { RateLimits } from './request/rate-limit.ts'
import type { StreamSlots } from './request/stream-slots.ts'
import type { Voters } from './request/voter.ts'
import type { Languages } from './texts/languages.ts'

/** Follows the streams of known voters, for what only those see who have voted. */
export interface VoterStreams {
  /** The topic that a voter's stream on the subject begins on. Rejects with a PollError where there is no such subject. */
  topicFor(subject: string, voter: VoterRefs): Promise<string>
  /** Adds a stream that has joined a topic. Returns what takes it away again. */
  add(stream: Stream, subject: string, voter: VoterRefs, topic: string): () => void
}

/** What routes work with. */
export interface RouteParts {
  reader: PollReader
  writer: PollWriter
  signals: Signals
  audiences: Audiences
  voterStreams: VoterStreams
  /** Counts the streams that are open on a room; undefined where that is not known: see reactions/watchers.ts. */
  watching: { count(roomCode: string): number | undefined }
  createPolls: CreatePolls
  privacy: Privacy
  /** Undefined if nothing is limited. */
  limits: RateLimits | undefined
  /** Bounds the streams that are open at a time. */
  streamSlots: StreamSlots
  voters: Voters
  eventIds: EventIds
  theme: Theme
  /** What people read that the server itself writes. */
  languages: Languages
  /** Gets what pages report of how fresh they are, in milliseconds; undefined where nobody measures. */
  onFreshness: ((milliseconds: readonly number[]) => void) | undefined
  /** A secret of the installation, the same in all of its processes. */
  serverKey: string
  /** PUBLIC_URL, if it is set: what people open, without a slash at its end. */
  publicUrl: string | undefined
  /** Its path, such as `/polls`, which addresses without a host begin with; empty where there is none. */
  basePath: string
}

/** What addresses for people begin with. A client of HTTP/1.0 may name no host: it gets paths. */
export const publicUrlOf = (ctx: Context, { publicUrl }: Pick<RouteParts, 'publicUrl'>): string =>
  publicUrl ?? originOf(ctx) ?? ''
