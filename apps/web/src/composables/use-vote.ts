import type { Snapshot } from '@pollcast/shared/poll'
import { computed, type Ref, shallowReadonly, shallowRef } from 'vue'
import type { ApiClient } from '../api/api-client.ts'
import { ApiProblem } from '../api/api-problem.ts'
import { isSameBallot, type PendingVote, withPendingVote } from '../api/ballot.ts'

interface Voting {
  castVote: (choiceIds: readonly number[]) => ReturnType<ApiClient['castVote']>
  snapshot: Readonly<Ref<Snapshot>>
  /** The ballot the server has counted already. */
  ownChoiceIds: readonly number[]
  merge: (arrived: Snapshot) => void
}

/**
 * The voter's ballot, shown as cast at once and taken back if the server refuses it. One request is on its way at a
 * time: a new voter has no cookie before the first answer, and two votes at once would count as two voters.
 */
export function useVote({ castVote, snapshot, ownChoiceIds, merge }: Voting) {
  const counted = shallowRef(ownChoiceIds)
  const pending = shallowRef<PendingVote>()
  const refusal = shallowRef('')

  const ballot = computed(() => pending.value?.choiceIds ?? counted.value)
  const shown = computed(() => withPendingVote(snapshot.value, counted.value, pending.value))

  async function vote(choiceIds: readonly number[]): Promise<void> {
    if (isSameBallot(choiceIds, ballot.value)) return
    refusal.value = ''
    const isBusy = pending.value !== undefined
    pending.value = { choiceIds, revision: pending.value?.revision ?? snapshot.value.revision }
    if (isBusy) return
    try {
      while (pending.value) await send(pending.value.choiceIds)
    } catch (error) {
      pending.value = undefined
      refusal.value = explain(error)
    }
  }

  async function send(choiceIds: readonly number[]): Promise<void> {
    merge(await castVote(choiceIds))
    counted.value = choiceIds
    const wanted = ballot.value
    pending.value = isSameBallot(wanted, choiceIds)
      ? undefined
      : { choiceIds: wanted, revision: snapshot.value.revision }
  }

  return { ballot, shown, refusal: shallowReadonly(refusal), vote }
}

function explain(error: unknown): string {
  if (!(error instanceof ApiProblem)) throw error
  const isUnclear = error.code === 'unreachable' || error.code === 'unexpected'
  return isUnclear ? `Your vote may not have been counted. ${error.detail}` : error.detail
}
