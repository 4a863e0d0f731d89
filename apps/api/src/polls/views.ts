import type { EditedPoll, Poll, PollSummary, SharedPoll, Snapshot, View, Voted } from '@pollcast/shared/poll'
import type { LogEntry, Room, RoomEvent, RoomPoll } from '@pollcast/shared/room'
import { routes } from '@pollcast/shared/routes'
import type { WebhookPoll } from '@pollcast/shared/webhook'
import { kindOf } from './kinds/index.ts'
import type { Shown } from './kinds/kind.ts'
import { revisionOf } from './revisions.ts'
import type { PollState, RoomState } from './state.ts'
import { showsResults, voterView } from './visibility.ts'

/*
 * What leaves Pollcast of a poll or a room.
 *
 * 9. What a viewer may not see does not leave the process: not in JSON, page, list, stream, response, id or size. Each
 *    view names every field that it shows; what is added to the state is seen by nobody until a view shows it.
 *    (polls/views.test.ts)
 *
 * `now` is put in by who sends it (live/frame.ts, stampNow): what is made here is the same for all, and made once.
 */

/** Stands for the time of sending. */
type Unstamped<T> = Omit<T, 'now'> & { now: null }

/** What a chart needs: the data of a stream's events. */
function snapshotOf(poll: PollState, view: View): Unstamped<Snapshot> {
  const { choices, totalVotes } = show(poll, view)
  return {
    pollId: poll.id,
    view,
    round: poll.round,
    revision: revisionOf(poll, view),
    status: poll.status,
    voters: poll.voters,
    totalVotes,
    choices,
    closesAt: poll.closesAt,
    now: null,
    resultsHidden: totalVotes === null,
    ...(poll.isEdited && editedOf(poll)),
  }
}

/** What a host may edit of a poll, as every view shows it. */
function editedOf(poll: PollState): EditedPoll {
  const { minChoices, maxChoices } = kindOf(poll).showRules(poll.content)
  return {
    question: poll.question,
    rewordedAt: poll.rewordedAt,
    minChoices,
    maxChoices,
    resultsVisibility: poll.resultsVisibility,
    resultsFromVoters: poll.resultsFromVoters,
    allowChange: poll.allowChange,
    shuffleChoices: poll.shuffleChoices,
    listed: poll.listed,
    voteMode: poll.voteMode,
    publishBallots: poll.publishBallots,
  }
}

const show = (poll: PollState, view: View): Shown =>
  kindOf(poll).show(poll.content, showsResults(poll, view) ? poll.counters : null)

const texts = new WeakMap<PollState, Partial<Record<View, string>>>()

/** The snapshot as JSON, unstamped, made once for each state and view: the answers to votes, the cache and the frame share it. */
export function snapshotJson(poll: PollState, view: View): string {
  let ofPoll = texts.get(poll)
  if (!ofPoll) {
    ofPoll = {}
    texts.set(poll, ofPoll)
  }
  ofPoll[view] ??= JSON.stringify(snapshotOf(poll, view))
  return ofPoll[view]
}

/** One voter's ballot in the current round. */
export interface OwnBallot {
  answer: unknown
  receipt: string
}

const showOwn = (poll: PollState, ballot: OwnBallot | undefined) => ({
  ...kindOf(poll).showOwn(ballot?.answer),
  ownReceipt: ballot?.receipt ?? null,
})

/** The answer to a vote as JSON, unstamped: the snapshot in the voter's view, and their own ballot. */
export function votedJson(poll: PollState, ballot: OwnBallot | undefined): string {
  const shared = snapshotJson(poll, voterView(poll, ballot !== undefined))
  const own: Omit<Voted, keyof Snapshot> = showOwn(poll, ballot)
  return `${shared.slice(0, -1)},${JSON.stringify(own).slice(1)}`
}

/** The poll as everybody with the same view sees it. */
function sharedPollOf(poll: PollState, view: View, basePath: string): Unstamped<SharedPoll> {
  const { choices, totalVotes } = show(poll, view)
  return {
    id: poll.id,
    roomCode: poll.room.code,
    kind: poll.kind,
    view,
    round: poll.round,
    revision: revisionOf(poll, view),
    status: poll.status,
    voters: poll.voters,
    totalVotes,
    choices,
    resultsHidden: totalVotes === null,
    closesAt: poll.closesAt,
    now: null,
    ...editedOf(poll),
    createdAt: poll.createdAt,
    streamUrl: basePath + routes.stream(poll.id),
  }
}

/**
 * The poll as one voter, or its host, sees it at this moment.
 *
 * @param basePath what the addresses in it begin with: the path of PUBLIC_URL
 */
export function pollOf(poll: PollState, view: View, basePath: string, ballot?: OwnBallot, now = new Date()): Poll {
  return {
    ...sharedPollOf(poll, view, basePath),
    now: now.toISOString(),
    ...showOwn(poll, ballot),
    ...endOf(poll.room),
  }
}

/** When the room is deleted with its polls, if that is soon. */
const endOf = ({ deletesAt }: RoomState) => (deletesAt === null ? {} : { deletesAt })

/** The poll in a list. */
export function summaryOf(poll: PollState): PollSummary {
  return {
    id: poll.id,
    roomCode: poll.room.code,
    question: poll.question,
    status: poll.status,
    choiceCount: kindOf(poll).show(poll.content, null).choices.length,
    voters: poll.voters,
    createdAt: poll.createdAt,
  }
}

/** The poll as a webhook tells it: as everybody sees it. */
export function webhookPollOf(poll: PollState): WebhookPoll {
  const { choices, totalVotes } = show(poll, 'public')
  return {
    id: poll.id,
    question: poll.question,
    round: poll.round,
    status: poll.status,
    voters: poll.voters,
    totalVotes,
    choices,
    resultsHidden: totalVotes === null,
  }
}

/** The poll in the list of its room, which only the host sees. */
const roomPollOf = (poll: PollState): RoomPoll => ({
  id: poll.id,
  question: poll.question,
  status: poll.status,
  round: poll.round,
  voters: poll.voters,
  closesAt: poll.closesAt,
})

/** What there is of a room: the poll that is on, and for its host all of its polls. */
export interface RoomContent {
  room: RoomState
  current: PollState | undefined
  /** In the host's order; undefined for others. */
  polls?: readonly PollState[] | undefined
}

/** The data of a `room` event as JSON, unstamped. */
export function roomEventJson({ room, current, polls }: RoomContent, view: View, basePath: string): string {
  const event: Omit<RoomEvent, 'poll'> & { poll: Unstamped<SharedPoll> | null } = {
    code: room.code,
    title: room.title,
    currentPollId: room.currentPollId,
    poll: current ? sharedPollOf(current, view, basePath) : null,
    ...(polls && { polls: polls.map(roomPollOf) }),
  }
  return JSON.stringify(event)
}

/** What of a room only its host sees. */
export interface HostContent {
  /** Undefined where it is not known. */
  watching: number | undefined
  log: readonly LogEntry[]
}

/** The room as one asker sees it. @param poll the poll that is on, as they see it */
export function roomOf(
  { room, polls }: RoomContent,
  poll: Poll | null,
  addresses: Pick<Room, 'joinUrl' | 'streamUrl'>,
  host?: HostContent | undefined,
): Room {
  return {
    code: room.code,
    title: room.title,
    currentPollId: room.currentPollId,
    poll,
    ...(polls && { polls: polls.map(roomPollOf) }),
    ...(host?.watching !== undefined && { watching: host.watching }),
    ...(host && { log: [...host.log] }),
    ...endOf(room),
    ...addresses,
  }
}
