import * as z from 'zod'

/** What the server sees of a request that a proxy has passed on: for whoever looks for what a proxy leaves out or changes. */
export const seenSchema = z.strictObject({
  scheme: z.enum(['http', 'https']),
  /** Host and port, as they are in addresses that the server makes. */
  host: z.string(),
  /** The path as it arrived here. */
  path: z.string(),
  /** The path of PUBLIC_URL, under which everything is; empty at the root. */
  basePath: z.string(),
  /** Of the connection that reached the server, which may be a proxy's: `1.1`. */
  httpVersion: z.string(),
  /** Whether there is an X-Forwarded-For header, and whether TRUST_PROXY has the server believe it. */
  forwardedFor: z.boolean(),
  trusted: z.boolean(),
  /** The server's clock. */
  now: z.iso.datetime(),
})

export type Seen = z.infer<typeof seenSchema>
