import { Readable } from 'node:stream'
import type { Context, Middleware } from 'koa'
import { exportBallots, resultsOf, resultTableOf } from '../../polls/exports.ts'
import { requireExists } from '../../polls/policy.ts'
import type { PollReader } from '../../polls/ports.ts'
import type { PollState } from '../../polls/state.ts'
import { CSV_TYPE, csvOf, csvPieces } from '../downloads/csv.ts'
import { fileName } from '../downloads/file-name.ts'
import { pollIdOf } from '../request/poll-id.ts'
import type { RateLimits } from '../request/rate-limit.ts'

interface ExportParts {
  reader: Pick<PollReader, 'find' | 'ballots'>
  limits: RateLimits | undefined
  /** A secret of the installation: receipts are made with it. */
  serverKey: string
}

/** Files of a poll to keep. They are for everybody who has its address, as the poll's results are. */
export function exportRoutes({ reader, limits, serverKey }: ExportParts) {
  /** The poll asked for; undefined where the client has it as it is, and is told so. */
  const pollToSend = async (ctx: Context): Promise<PollState | undefined> => {
    const poll = await reader.find(pollIdOf(ctx))
    requireExists(poll)
    ctx.status = 200
    ctx.set('Cache-Control', 'private, no-cache')
    ctx.etag = etagOf(poll)
    if (!ctx.fresh) return poll
    ctx.status = 304
    return undefined
  }

  /** `GET /api/polls/:id/results.csv` */
  const resultsCsv: Middleware = async (ctx) => {
    const poll = await pollToSend(ctx)
    if (!poll) return
    attach(ctx, poll, 'results.csv', CSV_TYPE)
    ctx.body = csvOf(resultTableOf(poll))
  }

  /** `GET /api/polls/:id/results.json` */
  const resultsJson: Middleware = async (ctx) => {
    const poll = await pollToSend(ctx)
    if (!poll) return
    attach(ctx, poll, 'results.json', 'application/json; charset=utf-8')
    ctx.body = resultsOf(poll)
  }

  /** `GET /api/polls/:id/ballots.csv`. All is read before the first byte is sent, so that what fails is a problem. */
  const ballotsCsv: Middleware = async (ctx) => {
    const poll = await pollToSend(ctx)
    if (!poll) return
    if (ctx.method === 'HEAD') return attach(ctx, poll, 'ballots.csv', CSV_TYPE)
    // A refusal has none, and by the time they are read there may be more of them.
    ctx.remove('ETag')
    await limits?.ballotsFrom(ctx)
    const gone = closeOf(ctx)
    const ballots = await exportBallots(poll.id, serverKey, reader, gone).catch((error) => {
      // Nobody is there to be told.
      if (gone.aborted) return undefined
      throw error
    })
    if (!ballots) return
    ctx.etag = etagOf(ballots.poll)
    attach(ctx, ballots.poll, 'ballots.csv', CSV_TYPE)
    ctx.body = Readable.from(csvPieces(ballots.columns, ballots.rows), { objectMode: false })
  }

  return { resultsCsv, resultsJson, ballotsCsv }
}

/** Aborted once nothing can be answered any more: the client has left, or the server closes. */
function closeOf({ res }: Context): AbortSignal {
  const gone = new AbortController()
  if (res.destroyed) gone.abort()
  else res.once('close', () => gone.abort())
  return gone.signal
}

/** Weak: two files of the same ballots are not the same bytes. With the version of the files' columns. */
const etagOf = ({ revision }: PollState) => `W/"1-${revision}"`

/** Has browsers save the answer under a name that says what it is (RFC 6266). */
function attach(ctx: Context, poll: PollState, ending: string, type: string): void {
  const { name, fallback } = fileName(poll.question, poll.id, ending)
  ctx.set('Content-Type', type)
  ctx.attachment(name, { fallback })
}
