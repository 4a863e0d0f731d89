import type { Poll, Voted } from '@pollcast/shared/poll'
import { computed, shallowRef, watch } from 'vue'
import type { ApiClient } from '../api/api-client.ts'
import { ApiProblem } from '../api/api-problem.ts'
import { randomKey } from '../api/random-key.ts'
import { isCurrent } from '../api/stream-client.ts'
import { isOwnVoter } from '../api/voter-token.ts'
import { t } from '../i18n/index.ts'
import { problemText } from '../i18n/problem-text.ts'
import type { Kind, PendingVote } from '../kinds/kind.ts'
import { type Own, ownBallots } from './own-ballots.ts'
import type { PollFeed } from './poll-feed.ts'
import { forgetRefusal, noteRefusal } from './refused-vote.ts'
import { useOtherTabs } from './use-other-tabs.ts'
import { staysWaiting, useWaitingVote, type WaitingVote } from './waiting-vote.ts'

interface Voting<Answer> {
  api: Pick<ApiClient, 'castVote' | 'takeVoteBack'>
  feed: PollFeed
  kind: Kind<Answer>
  /** The voter's one-time code, where the poll takes codes. */
  code?: () => string | undefined
}

/** Why a vote is not counted. */
interface Refusal {
  problem?: ApiProblem
  /** Whether the server may have counted it all the same, or it came too late for its round. */
  outcome: 'refused' | 'unknown' | 'not-counted'
}

const none: Own = { ownChoiceIds: [], ownReceipt: null }

/** Has the server count the answer in place of the voter's last one. @param key given again, it is the same vote */
export function castAnswer<Answer>(
  api: Pick<ApiClient, 'castVote' | 'takeVoteBack'>,
  kind: Kind<Answer>,
  { id, voteMode }: Pick<Poll, 'id' | 'voteMode'>,
  answer: Answer,
  key: string,
  code: string | undefined,
): Promise<Voted> {
  if (kind.isSameAnswer(answer, kind.noAnswer)) return api.takeVoteBack(id, code)
  return api.castVote(id, { ...kind.voteBody(answer), ...(voteMode === 'code' && code && { code }) }, key)
}

/**
 * The voter's answer, shown as counted at once and taken back if the server refuses it. One request at a time, so that
 * the last vote is the last one to reach the server. With a new round the answer is gone.
 */
export function useVote<Answer>({ api, feed, kind, code = () => undefined }: Voting<Answer>) {
  const { poll, snapshot, state, merge, markDeleted } = feed
  const { id } = poll.value
  /** Who stands before the screen is a voter of their own: what the last one chose is not theirs. */
  const isKept = () => poll.value.voteMode !== 'none'
  const own = shallowRef<Own>(poll.value)
  const counted = computed(() => kind.ownAnswerOf(own.value))
  /** Where the last own answer stands: later ones replace it. */
  let ownAt = { round: poll.value.round, view: poll.value.view, revision: poll.value.revision }
  const pending = shallowRef<PendingVote<Answer>>()
  /** Of who stood before the screen, without a response. Its key makes a second try the same vote. */
  const unconfirmed = shallowRef<{ answer: Answer; key: string }>()
  const refusal = shallowRef<Refusal>()
  let key = ''
  let chosenAt = 0
  const { waiting, keep, drop } = useWaitingVote<Answer>(`${id} ${code() ?? ''}`, sendAgain, () =>
    isCurrent(state.value),
  )

  // Another tab has chosen while this one's vote is under way.
  watch(
    waiting,
    (kept) => {
      if (!kept || kept.at <= chosenAt) return
      chosenAt = kept.at
      if (pending.value) pending.value = { ...pending.value, wanted: kept.wanted ?? kept.answer }
    },
    { flush: 'sync' },
  )

  const answer = computed(() => {
    if (pending.value) return pending.value.wanted
    return waiting.value ? (waiting.value.wanted ?? waiting.value.answer) : counted.value
  })
  const shown = computed(() =>
    pending.value ? kind.withPendingVote(snapshot.value, counted.value, pending.value) : snapshot.value,
  )
  const tellOtherTabs = useOtherTabs<Voted>(`vote ${id} ${code() ?? ''}`, setOwn)

  // The whole poll has come anew, for another code or after a move.
  watch(poll, (now, before) => {
    if (now.ownChoiceIds !== before.ownChoiceIds) own.value = now
  })
  watch(
    () => snapshot.value.round,
    (round) => {
      if (round <= ownAt.round) return
      own.value = none
      ownAt = { round, view: snapshot.value.view, revision: snapshot.value.revision }
      refusal.value = undefined
      unconfirmed.value = undefined
      dropIfLate()
    },
  )
  // A vote that was refused because the poll was closed can be cast now.
  watch(
    () => snapshot.value.status,
    (status) => {
      if (status === 'open' && !unconfirmed.value) refusal.value = undefined
    },
  )

  // A refusal of one code says nothing of another.
  watch(code, () => {
    refusal.value = undefined
    unconfirmed.value = undefined
  })

  /** The responses to this tab's votes and to those of the voter's other tabs may come in any order. */
  function setOwn(voted: Voted): void {
    const { ownChoiceIds, ownReceipt, ...received } = voted
    merge(received)
    const { round, view, revision } = received
    if (round < ownAt.round) return
    if (round === ownAt.round && view === ownAt.view && revision < ownAt.revision) return
    ownAt = { round, view, revision }
    own.value = { ownChoiceIds, ownReceipt }
    if (isKept()) ownBallots(code()).keep({ id, round }, voted)
  }

  async function vote(wanted: Answer): Promise<void> {
    if (kind.isSameAnswer(wanted, answer.value)) return
    chosenAt = Date.now()
    dropIfLate()
    forgetRefusal()
    const again = unconfirmed.value
    refusal.value = undefined
    unconfirmed.value = undefined
    if (waiting.value) keep({ ...waiting.value, wanted, at: chosenAt })
    if (pending.value) {
      pending.value = { ...pending.value, wanted }
      return
    }
    if (waiting.value) return sendAgain(waiting.value)
    await start(wanted, again && kind.isSameAnswer(again.answer, wanted) ? again.key : randomKey())
  }

  /** Sends an answer with its key, and then what is wanted by then, if that is another one. */
  async function start(sent: Answer, itsKey: string, wanted = sent): Promise<void> {
    key = itsKey
    pending.value = { ...startOf(sent), wanted }
    try {
      while (pending.value) await send(pending.value.sent)
    } catch (error) {
      const next = pending.value?.wanted ?? sent
      const isChanged = !kind.isSameAnswer(next, pending.value?.sent ?? sent)
      // What was sent can't be voted for, which says nothing of what is wanted by now.
      if (isChanged && error instanceof ApiProblem && error.status === 422) return start(next, randomKey())
      handleFailure(error)
    }
  }

  /**
   * Where cookies don't come back, the answer to a vote is what tells who its voter is: so one that may have been counted
   * is answered before another is sent, or that would be another voter's.
   */
  async function sendAgain({ answer, key, wanted, at }: WaitingVote<Answer>): Promise<void> {
    if (pending.value || dropIfLate()) return
    chosenAt = at
    await start(answer, key, wanted)
  }

  /** A vote was for what its voter saw: it is not counted in another round. */
  function dropIfLate(): boolean {
    if (!waiting.value || waiting.value.round === snapshot.value.round) return false
    drop()
    refusal.value = { outcome: 'not-counted' }
    noteRefusal(poll.value, '')
    return true
  }

  const startOf = (sent: Answer): PendingVote<Answer> => ({ wanted: sent, sent, base: snapshot.value })

  async function send(sent: Answer): Promise<void> {
    const voted = await castAnswer(api, kind, poll.value, sent, key, code())
    setOwn(voted)
    drop()
    // Where nothing is kept, each page is a voter of its own.
    if (isKept() && !isOwnVoter()) tellOtherTabs(voted)
    const wanted = pending.value ? pending.value.wanted : sent
    key = randomKey()
    pending.value = kind.isSameAnswer(wanted, sent) ? undefined : startOf(wanted)
  }

  function handleFailure(error: unknown): void {
    const failed = pending.value
    pending.value = undefined
    if (!(error instanceof ApiProblem)) throw error
    if (error.code === 'poll-deleted') markDeleted()
    const mayBeCounted = error.code === 'unreachable' || error.code === 'unexpected'
    if (isKept() && failed && staysWaiting(error)) {
      const { sent, wanted } = failed
      return keep({ answer: sent, key, round: failed.base.round, wanted, at: chosenAt })
    }
    drop()
    refusal.value = { problem: error, outcome: mayBeCounted ? 'unknown' : 'refused' }
    if (isKept() && !mayBeCounted) noteRefusal(poll.value, problemText(error))
    unconfirmed.value = mayBeCounted && failed ? { answer: failed.sent, key } : undefined
  }

  const refusalText = computed(() => {
    if (waiting.value && !pending.value) return t('live.vote-waits')
    if (!refusal.value) return ''
    const { problem, outcome } = refusal.value
    const reason = problem ? problemText(problem) : ''
    if (outcome === 'refused') return reason
    return outcome === 'unknown' ? t('vote.maybe-counted', { reason }) : t('vote.not-counted')
  })

  return {
    answer,
    counted,
    /** What the ballot will be published under, where its host publishes ballots. */
    receipt: computed(() => own.value.ownReceipt),
    shown,
    refusal: refusalText,
    /** The code of the problem behind the refusal. */
    refusalCode: computed(() => refusal.value?.problem?.code),
    vote,
    takeBack: () => vote(kind.noAnswer),
    /** Makes room for the next voter before the same screen. */
    clear() {
      own.value = none
    },
  }
}
