import type { Poll, Snapshot } from '@pollcast/shared/poll'
import { computed, type Ref, shallowReadonly, shallowRef, watch } from 'vue'
import type { ApiClient } from '../api/api-client.ts'
import { ApiProblem } from '../api/api-problem.ts'
import { isSameBallot, type PendingVote, withPendingVote } from '../api/ballot.ts'
import { snapshotOf } from '../api/snapshot.ts'
import { useOtherTabs } from './use-other-tabs.ts'

interface Voting {
  api: Pick<ApiClient, 'castVote' | 'getPoll'>
  /** The poll as it was when the page was opened, with the ballot that the server had counted already. */
  poll: Pick<Poll, 'id' | 'revision' | 'ownChoiceIds'>
  snapshot: Readonly<Ref<Snapshot>>
  merge: (arrived: Snapshot) => void
  isLive: () => boolean
}

/** A ballot of this voter, and a snapshot that holds it. */
interface Counted {
  choiceIds: readonly number[]
  snapshot: Snapshot
}

/**
 * The voter's ballot, shown as cast at once and taken back if the server refuses it. One request is on its way at a
 * time, so that the last choice is the last to arrive.
 */
export function useVote({ api, poll, snapshot, merge, isLive }: Voting) {
  const counted = shallowRef<readonly number[]>(poll.ownChoiceIds)
  let countedRevision = poll.revision
  const pending = shallowRef<PendingVote>()
  /** What was sent and never answered. */
  const unclear = shallowRef<readonly number[]>()
  const refusal = shallowRef('')

  const ballot = computed(() => pending.value?.wanted ?? counted.value)
  const shown = computed(() => withPendingVote(snapshot.value, counted.value, pending.value))

  const tellOtherTabs = useOtherTabs(`ballot ${poll.id}`, count)
  watch(isLive, (live) => live && void askWhatCounts())

  /** Answers, and what the voter's other tabs were answered, may come in any order. */
  function count({ choiceIds, snapshot: holding }: Counted): void {
    merge(holding)
    if (holding.revision < countedRevision) return
    countedRevision = holding.revision
    counted.value = choiceIds
  }

  async function vote(choiceIds: readonly number[]): Promise<void> {
    if (isSameBallot(choiceIds, ballot.value)) return
    refusal.value = ''
    unclear.value = undefined
    if (pending.value) {
      pending.value = { ...pending.value, wanted: choiceIds }
      return
    }
    pending.value = asSent(choiceIds)
    try {
      while (pending.value) await send(pending.value.sent)
    } catch (error) {
      await explain(error)
    }
  }

  const asSent = (choiceIds: readonly number[]) => ({ wanted: choiceIds, sent: choiceIds, base: snapshot.value })

  async function send(choiceIds: readonly number[]): Promise<void> {
    const answer = { choiceIds, snapshot: await api.castVote(poll.id, choiceIds) }
    count(answer)
    tellOtherTabs(answer)
    const wanted = pending.value?.wanted ?? choiceIds
    pending.value = isSameBallot(wanted, choiceIds) ? undefined : asSent(wanted)
  }

  async function explain(error: unknown): Promise<void> {
    const wanted = pending.value?.wanted
    pending.value = undefined
    if (!(error instanceof ApiProblem)) throw error
    const isUnclear = error.code === 'unreachable' || error.code === 'unexpected'
    refusal.value = isUnclear ? `Your vote may not have been counted. ${error.detail}` : error.detail
    if (!isUnclear) return
    unclear.value = wanted
    await askWhatCounts()
  }

  /** Where that fails too, it is asked again once the stream is live. */
  async function askWhatCounts(): Promise<void> {
    const asked = unclear.value
    if (!asked) return
    const known = await api.getPoll(poll.id).catch(() => undefined)
    if (!known || unclear.value !== asked) return
    unclear.value = undefined
    count({ choiceIds: known.ownChoiceIds, snapshot: snapshotOf(known) })
    refusal.value = isSameBallot(asked, counted.value) ? '' : 'Your vote has not been counted. Please vote again.'
  }

  return { ballot, counted: shallowReadonly(counted), shown, refusal: shallowReadonly(refusal), vote }
}
