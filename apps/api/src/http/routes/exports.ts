import { Readable } from 'node:stream'
import type { View } from '@pollcast/shared/poll'
import type { Middleware } from 'koa'
import { ballotTableOf, resultsOf, resultTableOf, roundsToCompare, roundsWithMoves } from '../../polls/exports.ts'
import { checkBallotsPublic, requireExists } from '../../polls/policy.ts'
import type { AnswerMove } from '../../polls/ports.ts'
import type { PollState } from '../../polls/state.ts'
import { attach, JSON_TYPE, titleOf } from '../downloads/attach.ts'
import { CSV_TYPE, csvOf, csvPieces } from '../downloads/csv.ts'
import type { RouteParts } from '../parts.ts'
import { pollIdOf } from '../request/addresses.ts'
import { isHost, viewerOf } from '../request/viewer.ts'
import { histories } from './histories.ts'

/**
 * Files of a poll to keep, as the asker may see it: who may not see the results gets none of the files that consist of them.
 */
export function exportRoutes(parts: RouteParts) {
  const { reader, limits, voters } = parts
  const { viewedBy, historyOf, pollToSend, setCaching, etagOf, readBallots } = histories(parts)

  /** `GET /api/polls/:id/results.csv` */
  const resultsCsv: Middleware = async (ctx) => {
    const viewed = await pollToSend(ctx)
    if (!viewed) return
    attach(ctx, titleOf(viewed.poll), 'results.csv', CSV_TYPE)
    ctx.body = csvOf(resultTableOf([await historyOf(viewed)]))
  }

  /** `GET /api/polls/:id/results.json` */
  const resultsJson: Middleware = async (ctx) => {
    const viewed = await pollToSend(ctx)
    if (!viewed) return
    const { poll, view } = viewed
    attach(ctx, titleOf(poll), 'results.json', JSON_TYPE)
    ctx.body = resultsOf(await historyOf(viewed), view === 'host' ? await reader.log(poll.room.code) : undefined)
  }

  /** `GET /api/polls/:id/rounds`: the rounds side by side, and who moved from which choice to which. */
  const rounds: Middleware = async (ctx) => {
    const history = await historyOf(await viewedBy(viewerOf(ctx, voters.find(ctx)), await reader.find(pollIdOf(ctx))))
    setCaching(ctx)
    const { poll } = history
    const moves = new Map<number, AnswerMove[]>()
    const toCompare = roundsToCompare(history)
    // Each reads all ballots of two rounds.
    if (toCompare.length > 0) await limits?.ballotsFrom(ctx)
    for (const from of toCompare) moves.set(from, await reader.movesBetween(poll.id, from, from + 1))
    ctx.body = roundsWithMoves(history, moves)
  }

  /**
   * `GET /api/polls/:id/ballots.csv`: those of all rounds, for the host, and for all once the poll is closed if the host
   * allows. All is read before the first byte is sent, so that what fails is a problem.
   */
  const ballotsCsv: Middleware = async (ctx) => {
    const viewer = viewerOf(ctx, voters.find(ctx))
    const pollId = pollIdOf(ctx)
    const viewFor = (poll: PollState): View => {
      if (isHost(viewer, poll.room)) return 'host'
      const refused = checkBallotsPublic(poll)
      if (refused) throw refused
      return 'public'
    }
    const poll = await reader.find(pollId)
    requireExists(poll)
    const view = viewFor(poll)
    setCaching(ctx)
    ctx.status = 200
    ctx.etag = etagOf({ poll, view })
    if (ctx.fresh) {
      ctx.status = 304
      return
    }
    if (ctx.method === 'HEAD') return attach(ctx, titleOf(poll), 'ballots.csv', CSV_TYPE)
    // A refusal has none, and by the time they are read there may be more of them.
    ctx.remove('ETag')
    await limits?.ballotsFrom(ctx)
    const ballots = await readBallots(ctx, pollId, viewFor)
    if (!ballots) return
    ctx.etag = etagOf({ poll: ballots.poll, view })
    attach(ctx, titleOf(ballots.poll), 'ballots.csv', CSV_TYPE)
    ctx.body = Readable.from(csvPieces(ballotTableOf(ballots)), { objectMode: false })
  }

  return { resultsCsv, resultsJson, rounds, ballotsCsv }
}
