import * as z from 'zod'
import { pollListSchema, pollSchema } from './poll.ts'
import { privacySchema } from './privacy.ts'
import { challengeSchema } from './proof-of-work.ts'
import { roomSchema } from './room.ts'

const pictureSchema = z.strictObject({ address: z.string(), width: z.number(), height: z.number() })

/** Who the pages are of, where that is not Pollcast: with a logo, or else by their name. */
const siteSchema = z.strictObject({
  name: z.string(),
  logo: z.strictObject({ light: pictureSchema, dark: pictureSchema.optional() }).optional(),
})

/**
 * What the server writes into the page, as `<script type="application/json" id="context">`, so that the page is
 * painted without a request. Each page finds here what it shows first and the stream that keeps it fresh; where a
 * field is missing (the page is served by another host, or one came from another page) it asks the API.
 */
export const contextSchema = z.strictObject({
  /**
   * What the API's addresses begin with, without a slash at the end: nothing where it is at the root of the page's own
   * origin, the path there under which page and API are (PUBLIC_URL's), or another origin.
   */
  apiUrl: z.string(),
  /** PUBLIC_URL, without a slash at its end: links to share begin with it. Without it, with the page's origin. */
  publicUrl: z.string().optional(),
  streamUrl: z.string().optional(),
  /** The id that the event on that stream has which says what the page shows: a stream that goes on from there. */
  eventId: z.string().optional(),
  /** Only in a sample of pages: they report how fresh they are (`POST /api/freshness`). */
  reportsFreshness: z.literal(true).optional(),
  /**
   * Who may make polls on this server, where not anyone may: who sends its key (`Authorization: Bearer KEY`), or nobody.
   * Where the page is served by another host, the answer to `POST /api/polls` says: `create-key-required` or
   * `creation-closed`.
   */
  createPolls: z.enum(['key', 'nobody']).optional(),
  /** From the server's theme. */
  site: siteSchema.optional(),
  poll: pollSchema.optional(),
  pollList: pollListSchema.optional(),
  /** The poll that the front page has one try. */
  demo: pollSchema.optional(),
  /** On the page about privacy. */
  privacy: privacySchema.optional(),
  room: roomSchema.optional(),
  /** Only in a page for frames, and for a new voter: what they show where the browser keeps no cookie (Pollcast-Voter). */
  voterToken: z.string().optional(),
  /** For a new voter beyond the burst of their network: solved before they vote, so that their vote waits for nothing. */
  challenge: challengeSchema.optional(),
})

export type PageContext = z.infer<typeof contextSchema>
