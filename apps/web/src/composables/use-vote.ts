import type { Poll, Snapshot } from '@pollcast/shared/poll'
import { computed, type Ref, shallowReadonly, shallowRef, watch } from 'vue'
import type { ApiClient } from '../api/api-client.ts'
import { ApiProblem } from '../api/api-problem.ts'
import type { Kind, PendingVote } from '../kinds/kind.ts'
import { useOtherTabs } from './use-other-tabs.ts'

interface Voting<Answer> {
  api: Pick<ApiClient, 'castVote' | 'getPoll'>
  /** The poll as it was when the page was opened. */
  poll: Poll
  kind: Kind<Answer>
  snapshot: Readonly<Ref<Snapshot>>
  merge: (received: Snapshot) => void
  markDeleted: () => void
  isLive: () => boolean
}

/** An answer that the server has counted, and a snapshot that includes it. */
interface CountedVote<Answer> {
  answer: Answer
  snapshot: Snapshot
}

/**
 * The voter's answer, shown as counted at once and taken back if the server refuses it. One request at a time, so that
 * the last vote is the last one to reach the server.
 */
export function useVote<Answer>({ api, poll, kind, snapshot, merge, markDeleted, isLive }: Voting<Answer>) {
  const counted = shallowRef(kind.ownAnswerOf(poll))
  let countedRevision = poll.revision
  const pending = shallowRef<PendingVote<Answer>>()
  /** An answer without a response: the server may have counted it or not. */
  const unconfirmed = shallowRef<{ answer: Answer }>()
  const refusal = shallowRef('')

  const answer = computed(() => (pending.value ? pending.value.wanted : counted.value))
  const shown = computed(() =>
    pending.value ? kind.withPendingVote(snapshot.value, counted.value, pending.value) : snapshot.value,
  )

  const tellOtherTabs = useOtherTabs(`vote ${poll.id}`, setCounted)
  watch(isLive, (live) => live && void reconcile())
  // A vote that was refused because the poll was closed can be cast now.
  watch(
    () => snapshot.value.status,
    (status) => {
      if (status === 'open' && !unconfirmed.value) refusal.value = ''
    },
  )

  /** The responses to this tab's votes and to those of the voter's other tabs may come in any order. */
  function setCounted(vote: CountedVote<Answer>): void {
    merge(vote.snapshot)
    if (vote.snapshot.revision < countedRevision) return
    countedRevision = vote.snapshot.revision
    counted.value = vote.answer
  }

  async function vote(wanted: Answer): Promise<void> {
    if (kind.isSameAnswer(wanted, answer.value)) return
    refusal.value = ''
    unconfirmed.value = undefined
    if (pending.value) {
      pending.value = { ...pending.value, wanted }
      return
    }
    pending.value = startOf(wanted)
    try {
      while (pending.value) await send(pending.value.sent)
    } catch (error) {
      await handleFailure(error)
    }
  }

  const startOf = (sent: Answer): PendingVote<Answer> => ({ wanted: sent, sent, base: snapshot.value })

  async function send(sent: Answer): Promise<void> {
    const vote = { answer: sent, snapshot: await api.castVote(poll.id, kind.voteBody(sent)) }
    setCounted(vote)
    tellOtherTabs(vote)
    const wanted = pending.value ? pending.value.wanted : sent
    pending.value = kind.isSameAnswer(wanted, sent) ? undefined : startOf(wanted)
  }

  async function handleFailure(error: unknown): Promise<void> {
    const failed = pending.value
    pending.value = undefined
    if (!(error instanceof ApiProblem)) throw error
    if (error.code === 'poll-deleted') markDeleted()
    const mayBeCounted = error.code === 'unreachable' || error.code === 'unexpected'
    refusal.value = mayBeCounted ? `Your vote may not have been counted. ${error.detail}` : error.detail
    if (!mayBeCounted) return
    unconfirmed.value = failed && { answer: failed.wanted }
    await reconcile()
  }

  /** Asks the server which answer it counted. If that fails too, the next time is when the stream is live again. */
  async function reconcile(): Promise<void> {
    const asked = unconfirmed.value
    if (!asked) return
    const current = await api.getPoll(poll.id).catch(() => undefined)
    if (!current || unconfirmed.value !== asked) return
    unconfirmed.value = undefined
    setCounted({ answer: kind.ownAnswerOf(current), snapshot: kind.snapshotOf(current) })
    const isCounted = kind.isSameAnswer(asked.answer, counted.value)
    refusal.value = isCounted ? '' : 'Your vote was not counted. Please vote again.'
  }

  return { answer, counted: shallowReadonly(counted), shown, refusal: shallowReadonly(refusal), vote }
}
