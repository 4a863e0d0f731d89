import { Readable } from 'node:stream'
import type { Context, Middleware } from 'koa'
import { PollError } from '../../polls/errors.ts'
import {
  type BallotExport,
  type PollHistory,
  resultTableOf,
  roomBallotTableOf,
  roomResultsOf,
} from '../../polls/exports.ts'
import { checkRoomExists } from '../../polls/policy.ts'
import { showsResults } from '../../polls/visibility.ts'
import { attach, JSON_TYPE, titleOfRoom } from '../downloads/attach.ts'
import { CSV_TYPE, csvOf, csvPieces } from '../downloads/csv.ts'
import type { RouteParts } from '../parts.ts'
import { roomCodeOf } from '../request/addresses.ts'
import { limitedByCode } from '../request/rate-limit.ts'
import { isHost, viewerOf } from '../request/viewer.ts'
import { histories, resultsHidden } from './histories.ts'

/** Files of a room to keep, as the asker may see it. */
export function roomExportRoutes(parts: RouteParts) {
  const { reader, limits, voters } = parts
  const { viewedBy, historyOf, setCaching, readBallots } = histories(parts)

  /** The room asked for, with those of its polls that the asker may ask for: all of them, or the one that is on. */
  const roomToSend = async (ctx: Context) => {
    const viewer = viewerOf(ctx, voters.find(ctx))
    const find = async () => reader.findRoom(roomCodeOf(ctx))
    const { room, current } = await limitedByCode(parts, ctx, find)
    const deleted = checkRoomExists(room)
    if (deleted) throw deleted
    const host = isHost(viewer, room)
    const polls = host ? await reader.pollsOf(room.code) : current ? [current] : []
    setCaching(ctx)
    return { viewer, room, host, polls }
  }

  /**
   * The same with the results that the asker may see: who may see none is told so, where an empty file would leave them
   * guessing.
   */
  const roomResultsToSend = async (ctx: Context) => {
    const { viewer, room, host, polls } = await roomToSend(ctx)
    const shown: PollHistory[] = []
    for (const poll of polls) {
      const viewed = await viewedBy(viewer, poll)
      if (showsResults(poll, viewed.view)) shown.push(await historyOf(viewed))
    }
    if (host || shown.length > 0) return { room, host, shown }
    throw room.currentPollId === null ? nothingOn() : resultsHidden()
  }

  /** `GET /api/rooms/:code/results.csv` */
  const resultsCsv: Middleware = async (ctx) => {
    const { room, shown } = await roomResultsToSend(ctx)
    attach(ctx, titleOfRoom(room), 'results.csv', CSV_TYPE)
    ctx.body = csvOf(resultTableOf(shown))
  }

  /** `GET /api/rooms/:code/results.json` */
  const resultsJson: Middleware = async (ctx) => {
    const { room, host, shown } = await roomResultsToSend(ctx)
    attach(ctx, titleOfRoom(room), 'results.json', JSON_TYPE)
    ctx.body = roomResultsOf(room, shown, host ? await reader.log(room.code) : undefined)
  }

  /** `GET /api/rooms/:code/ballots.csv`: those of all rounds of all polls, for the host. */
  const ballotsCsv: Middleware = async (ctx) => {
    const { room, host, polls } = await roomToSend(ctx)
    if (!host) throw new PollError('results-hidden', 'Only the host may read the ballots of a room.')
    await limits?.ballotsFrom(ctx)
    const ofPolls: BallotExport[] = []
    for (const { id } of ctx.method === 'HEAD' ? [] : polls) {
      const ballots = await readBallots(ctx, id, () => 'host')
      if (!ballots) return
      ofPolls.push(ballots)
    }
    attach(ctx, titleOfRoom(room), 'ballots.csv', CSV_TYPE)
    ctx.body = Readable.from(csvPieces(roomBallotTableOf(ofPolls)), { objectMode: false })
  }

  return { resultsCsv, resultsJson, ballotsCsv }
}

const nothingOn = () =>
  new PollError(
    'results-hidden',
    'No poll is on in this room now. The results of all of its polls are for its host: "Authorization: Bearer KEY".',
  )
