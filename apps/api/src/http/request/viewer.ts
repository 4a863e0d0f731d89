import type { View } from '@pollcast/shared/poll'
import type { Context } from 'koa'
import { ballotIdOf, hashCode, type VoterRefs, voterIn } from '../../polls/ballot-id.ts'
import { hashHostKey } from '../../polls/host-key.ts'
import { checkHost } from '../../polls/policy.ts'
import type { PollReader } from '../../polls/ports.ts'
import { receiptOf } from '../../polls/receipt.ts'
import type { PollState, RoomState } from '../../polls/state.ts'
import type { OwnBallot } from '../../polls/views.ts'
import { voterView } from '../../polls/visibility.ts'
import { bearerKeyOf } from './host-key.ts'
import type { Asker } from './voter.ts'

/** Who asks to see something. */
export interface Viewer {
  /** Undefined where there is neither a cookie nor a one-time code. */
  voter: VoterRefs | undefined
  /** Of the key of a request that says it is the host's. */
  hostKeyHash: string | undefined
}

/** Who shows to others what they get: nobody in particular. */
export const anybody: Viewer = { voter: undefined, hostKeyHash: undefined }

export function viewerOf(ctx: Context, { voterId }: Asker): Viewer {
  const codeHash = codeHashOf(ctx.get('Pollcast-Code'))
  const hostKey = bearerKeyOf(ctx)
  return {
    voter: voterId === undefined && codeHash === undefined ? undefined : { voterId, codeHash },
    hostKeyHash: hostKey === undefined ? undefined : hashHostKey(hostKey),
  }
}

/** What is kept of a one-time code that was entered. One that can't be a code stands for none of the room's. */
export const codeHashOf = (text: string): string | undefined =>
  text === '' ? undefined : (hashCode(text) ?? 'no code')

/** Whether the asker is the room's host. Throws a PollError where they say so and are not. */
export function isHost({ hostKeyHash }: Viewer, room: RoomState): boolean {
  if (hostKeyHash === undefined) return false
  const refused = checkHost(room, hostKeyHash)
  if (refused) throw refused
  return true
}

/** The view that the asker has of a poll. */
export const viewOf = (viewer: Viewer, poll: PollState, ballot: OwnBallot | undefined): View =>
  isHost(viewer, poll.room) ? 'host' : voterView(poll, ballot !== undefined)

/** The asker's ballot in the round that the poll was read in, if they have one: meanwhile there may be another round. */
export async function findBallot(
  viewer: Viewer,
  poll: Pick<PollState, 'id' | 'round' | 'voteMode'>,
  reader: Pick<PollReader, 'answer'>,
  serverKey: string,
): Promise<{ ballotId: string; answer: unknown } | undefined> {
  const voter = viewer.voter && voterIn(poll, viewer.voter)
  if (!voter) return undefined
  const ballotId = ballotIdOf(serverKey, poll.id, voter)
  const answer = await reader.answer(poll, ballotId)
  return answer === undefined ? undefined : { ballotId, answer }
}

export const withReceipt = (
  serverKey: string,
  poll: PollState,
  ballot: { ballotId: string; answer: unknown } | undefined,
): OwnBallot | undefined => ballot && { answer: ballot.answer, receipt: receiptOf(serverKey, poll, ballot.ballotId) }
