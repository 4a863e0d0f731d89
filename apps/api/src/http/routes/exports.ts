import { Readable } from 'node:stream'
import type { View } from '@pollcast/shared/poll'
import type { LogEntry } from '@pollcast/shared/room'
import type { Context, Middleware } from 'koa'
import { PollError } from '../../polls/errors.ts'
import {
  type BallotExport,
  ballotTableOf,
  exportBallots,
  type PollHistory,
  resultsOf,
  resultTableOf,
  roomBallotTableOf,
  roomResultsOf,
  roundsToCompare,
  roundsWithMoves,
} from '../../polls/exports.ts'
import { kindOf } from '../../polls/kinds/index.ts'
import { checkBallotsPublic, checkRoomExists, requireExists } from '../../polls/policy.ts'
import type { AnswerMove } from '../../polls/ports.ts'
import { revisionOf } from '../../polls/revisions.ts'
import type { PollState, RoomState } from '../../polls/state.ts'
import { showsResults } from '../../polls/visibility.ts'
import { chartPng } from '../chart/chart-png.ts'
import { chartSvg } from '../chart/chart-svg.ts'
import { chartStyle } from '../chart/style.ts'
import { CSV_TYPE, csvOf, csvPieces } from '../downloads/csv.ts'
import { fileName } from '../downloads/file-name.ts'
import type { RouteParts } from '../parts.ts'
import { pollIdOf, roomCodeOf } from '../request/addresses.ts'
import { closeOf } from '../request/close-signal.ts'
import { limitedByCode } from '../request/rate-limit.ts'
import { findBallot, isHost, type Viewer, viewerOf, viewOf } from '../request/viewer.ts'
import type { Texts } from '../texts/languages.ts'

const JSON_TYPE = 'application/json; charset=utf-8'

/**
 * Files of a poll or a room to keep, as the asker may see it: who may not see the results gets none of the files that
 * consist of them.
 */
export function exportRoutes(parts: RouteParts) {
  const { reader, limits, serverKey, voters, eventIds, languages, theme } = parts
  const style = chartStyle(theme)

  const historyOf = async (viewer: Viewer, poll: PollState): Promise<PollHistory> => {
    requireExists(poll)
    const found = await findBallot(viewer, poll, reader, serverKey)
    const view = viewOf(viewer, poll, found && { answer: found.answer, receipt: '' })
    return { poll, past: poll.round > 1 ? await reader.pastRounds(poll.id) : [], view }
  }

  const setCaching = (ctx: Context) => {
    ctx.set('Cache-Control', 'private, no-cache')
    ctx.vary('Cookie, Authorization, Pollcast-Code, Pollcast-Voter')
  }

  /** The poll asked for, whose results the asker may see; undefined where the client has it as it is, and is told so. */
  const pollToSend = async (ctx: Context, language = ''): Promise<PollHistory | undefined> => {
    const history = await historyOf(viewerOf(ctx, voters.find(ctx)), await reader.find(pollIdOf(ctx)))
    setCaching(ctx)
    if (!showsResults(history.poll, history.view)) throw resultsHidden()
    ctx.status = 200
    ctx.etag = etagOf(history, language)
    if (!ctx.fresh) return history
    ctx.status = 304
    return undefined
  }

  /** Weak: two files of the same ballots are not the same bytes. With the version of the files' columns. */
  const etagOf = (history: Pick<PollHistory, 'poll' | 'view'>, language = '') => `W/"3-${language}${idOf(history)}"`

  const idOf = ({ poll, view }: Pick<PollHistory, 'poll' | 'view'>) =>
    eventIds.write({ id: poll.id, view, revision: revisionOf(poll, view) })

  /** `GET /api/polls/:id/results.csv` */
  const resultsCsv: Middleware = async (ctx) => {
    const history = await pollToSend(ctx)
    if (!history) return
    attach(ctx, titleOf(history.poll), 'results.csv', CSV_TYPE)
    ctx.body = csvOf(resultTableOf([history]))
  }

  /** `GET /api/polls/:id/results.json` */
  const resultsJson: Middleware = async (ctx) => {
    const history = await pollToSend(ctx)
    if (!history) return
    const { poll, view } = history
    attach(ctx, titleOf(poll), 'results.json', JSON_TYPE)
    ctx.body = resultsOf(history, view === 'host' ? await reader.log(poll.room.code) : undefined)
  }

  /** `GET /api/polls/:id/chart.svg`: a picture, to be shown on any site. There it is asked for without the cookie. */
  const chart: Middleware = async (ctx) => {
    const texts = languages.for(ctx)
    const history = await pollToSend(ctx, texts.language)
    ctx.set('Cross-Origin-Resource-Policy', 'cross-origin')
    if (!history) return
    ctx.set('Content-Security-Policy', style.policy)
    ctx.type = 'image/svg+xml'
    ctx.body = svgOf(history.poll, texts, style.css)
  }

  /** `GET /api/polls/:id/chart.png`: the same for services that take no SVG. 501 where the server can't draw it. */
  const png: Middleware = async (ctx) => {
    const texts = languages.for(ctx)
    const history = await pollToSend(ctx, texts.language)
    ctx.set('Cross-Origin-Resource-Policy', 'cross-origin')
    if (!history) return
    const { poll } = history
    const picture = await chartPng(texts.language + idOf(history), () => svgOf(poll, texts, style.css), theme)
    if (!picture) throw new PollError('not-implemented', NO_PNG)
    ctx.type = 'image/png'
    ctx.body = picture
  }

  /** `GET /api/polls/:id/rounds`: the rounds side by side, and who moved from which choice to which. */
  const rounds: Middleware = async (ctx) => {
    const history = await historyOf(viewerOf(ctx, voters.find(ctx)), await reader.find(pollIdOf(ctx)))
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

  /** Undefined where nobody is there to be told any more. */
  const readBallots = (ctx: Context, pollId: string, viewFor: (poll: PollState) => View) => {
    const gone = closeOf(ctx)
    return exportBallots(pollId, serverKey, reader, viewFor, gone).catch((error) => {
      if (gone.aborted) return undefined
      throw error
    })
  }

  /** The room asked for, with those of its polls whose results the asker may see: all of them, or the one that is on. */
  const roomToSend = async (ctx: Context) => {
    const viewer = viewerOf(ctx, voters.find(ctx))
    const find = async () => reader.findRoom(roomCodeOf(ctx))
    const { room, current } = await limitedByCode(parts, ctx, find)
    const deleted = checkRoomExists(room)
    if (deleted) throw deleted
    const host = isHost(viewer, room)
    const polls = host ? await reader.pollsOf(room.code) : current ? [current] : []
    const histories: PollHistory[] = []
    for (const poll of polls) histories.push(await historyOf(viewer, poll))
    setCaching(ctx)
    const log: LogEntry[] | undefined = host ? await reader.log(room.code) : undefined
    return { room, host, log, histories: histories.filter(({ poll, view }) => showsResults(poll, view)) }
  }

  /** The same for files of results: who may see none is told so, where an empty file would leave them guessing. */
  const roomResultsToSend = async (ctx: Context) => {
    const found = await roomToSend(ctx)
    if (found.host || found.histories.length > 0) return found
    throw found.room.currentPollId === null ? nothingOn() : resultsHidden()
  }

  /** `GET /api/rooms/:code/results.csv` */
  const roomResultsCsv: Middleware = async (ctx) => {
    const { room, histories } = await roomResultsToSend(ctx)
    attach(ctx, titleOfRoom(room), 'results.csv', CSV_TYPE)
    ctx.body = csvOf(resultTableOf(histories))
  }

  /** `GET /api/rooms/:code/results.json` */
  const roomResultsJson: Middleware = async (ctx) => {
    const { room, histories, log } = await roomResultsToSend(ctx)
    attach(ctx, titleOfRoom(room), 'results.json', JSON_TYPE)
    ctx.body = roomResultsOf(room, histories, log)
  }

  /** `GET /api/rooms/:code/ballots.csv`: those of all rounds of all polls, for the host. */
  const roomBallotsCsv: Middleware = async (ctx) => {
    const { room, host, histories } = await roomToSend(ctx)
    if (!host) throw new PollError('results-hidden', 'Only the host may read the ballots of a room.')
    await limits?.ballotsFrom(ctx)
    const ofPolls: BallotExport[] = []
    for (const { poll } of ctx.method === 'HEAD' ? [] : histories) {
      const ballots = await readBallots(ctx, poll.id, () => 'host')
      if (!ballots) return
      ofPolls.push(ballots)
    }
    attach(ctx, titleOfRoom(room), 'ballots.csv', CSV_TYPE)
    ctx.body = Readable.from(csvPieces(roomBallotTableOf(ofPolls)), { objectMode: false })
  }

  return {
    resultsCsv,
    resultsJson,
    chart,
    chartPng: png,
    rounds,
    ballotsCsv,
    roomResultsCsv,
    roomResultsJson,
    roomBallotsCsv,
  }
}

const NO_PNG = 'This server draws no PNG: there is no font on it, or its system is one that the library does not know.'

function svgOf(poll: PollState, texts: Texts, css: string): string {
  const { question, status, voters, content, counters } = poll
  const kind = kindOf(poll)
  return chartSvg({ question, status, voters, ...kind.showRules(content), ...kind.show(content, counters) }, texts, css)
}

const resultsHidden = () => new PollError('results-hidden', 'The results of this poll are hidden for now.')

const nothingOn = () =>
  new PollError(
    'results-hidden',
    'No poll is on in this room now. The results of all of its polls are for its host: "Authorization: Bearer KEY".',
  )

interface Title {
  title: string
  /** Stands in for a title of which nothing is left. */
  id: string
}

const titleOf = ({ question, id }: PollState): Title => ({ title: question, id })
const titleOfRoom = ({ title, code }: RoomState): Title => ({ title: title || `Room ${code}`, id: code })

/** Has browsers save the answer under a name that says what it is (RFC 6266). */
function attach(ctx: Context, { title, id }: Title, ending: string, type: string): void {
  const { name, fallback } = fileName(title, id, ending)
  ctx.set('Content-Type', type)
  ctx.attachment(name, { fallback })
}
