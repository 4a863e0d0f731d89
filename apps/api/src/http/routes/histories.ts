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

/** A poll, and the view that the asker has of it. */
type ViewedPoll = Pick<PollHistory, 'poll' | 'view'>

/** What exports, charts and rounds are made of: polls, with their past rounds, as the asker may see them. */
export function histories({ reader, serverKey, voters, eventIds }: RouteParts) {
  const viewedBy = async (viewer: Viewer, poll: PollState): Promise<ViewedPoll> => {
    requireExists(poll)
    const found = await findBallot(viewer, poll, reader, serverKey)
    return { poll, view: viewOf(viewer, poll, found && { answer: found.answer, receipt: '' }) }
  }

  const historyOf = async ({ poll, view }: ViewedPoll): Promise<PollHistory> => {
    const past = poll.round > 1 ? await reader.pastRounds(poll.id) : []
    // Since the poll was read, its round may have become a past one too.
    return { poll, past: past.filter(({ round }) => round < poll.round), view }
  }

  const setCaching = (ctx: Context) => {
    ctx.set('Cache-Control', 'private, no-cache')
    ctx.vary('Cookie, Authorization, Pollcast-Code, Pollcast-Voter')
  }

  /** The poll asked for, whose results the asker may see; undefined where the client has it as it is, and is told so. */
  const pollToSend = async (ctx: Context, language = ''): Promise<ViewedPoll | undefined> => {
    const viewed = await viewedBy(viewerOf(ctx, voters.find(ctx)), await reader.find(pollIdOf(ctx)))
    setCaching(ctx)
    if (!showsResults(viewed.poll, viewed.view)) throw resultsHidden()
    ctx.status = 200
    ctx.etag = etagOf(viewed, language)
    if (!ctx.fresh) return viewed
    ctx.status = 304
    return undefined
  }

  /** Weak: two files of the same ballots are not the same bytes. With the version of the files' columns. */
  const etagOf = (viewed: ViewedPoll, language = '') => `W/"3-${language}${idOf(viewed)}"`

  const idOf = ({ poll, view }: ViewedPoll) => eventIds.write({ id: poll.id, view, revision: revisionOf(poll, view) })

  /** A poll’s ballots of all rounds; undefined where the client has gone meanwhile. */
  const readBallots = (ctx: Context, pollId: string, viewFor: (poll: PollState) => View) => {
    const gone = closeOf(ctx)
    return exportBallots(pollId, serverKey, reader, viewFor, gone).catch((error) => {
      if (gone.aborted) return undefined
      throw error
    })
  }

  return { viewedBy, historyOf, pollToSend, setCaching, etagOf, idOf, readBallots }
}

export const resultsHidden = () => new PollError('results-hidden', 'The results of this poll are hidden for now.')
