import type { View } from '@pollcast/shared/poll'
import type { Context } from 'koa'
import { PollError } from '../../polls/errors.ts'
import { exportBallots, type PollHistory } from '../../polls/exports.ts'
import { requireExists } from '../../polls/policy.ts'
import { revisionOf } from '../../polls/revisions.ts'
import type { PollState } from '../../polls/state.ts'
import { showsResults } from '../../polls/visibility.ts'
import type { RouteParts } from '../parts.ts'
import { pollIdOf } from '../request/addresses.ts'
import { closeOf } from '../request/close-signal.ts'
import { findBallot, type Viewer, viewerOf, viewOf } from '../request/viewer.ts'

/** What exports, charts and rounds are made of: polls with their past rounds, as the asker may see them. */
export function histories({ reader, serverKey, voters, eventIds }: RouteParts) {
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

  /** A poll’s ballots of all rounds; undefined where the client has gone meanwhile. */
  const readBallots = (ctx: Context, pollId: string, viewFor: (poll: PollState) => View) => {
    const gone = closeOf(ctx)
    return exportBallots(pollId, serverKey, reader, viewFor, gone).catch((error) => {
      if (gone.aborted) return undefined
      throw error
    })
  }

  return { historyOf, pollToSend, setCaching, etagOf, idOf, readBallots }
}

export const resultsHidden = () => new PollError('results-hidden', 'The results of this poll are hidden for now.')
