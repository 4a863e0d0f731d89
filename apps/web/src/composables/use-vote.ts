import type { Voted } from '@pollcast/shared/poll'
import { useEventListener } from '@vueuse/core'
import { computed, shallowRef, watch } from 'vue'
import { ApiProblem } from '../api/api-problem.ts'
import { randomKey } from '../api/random-key.ts'
import { isCurrent } from '../api/stream-client.ts'
import { t } from '../i18n/index.ts'
import { problemText } from '../i18n/problem-text.ts'
import type { Kind, PendingVote } from '../kinds/kind.ts'
import { type Own, ownBallots } from './own-ballots.ts'
import type { PollFeed } from './poll-feed.ts'
import { forgetRefusal, noteRefusal } from './refused-vote.ts'
import type { VoteProblem, VoteSender } from './vote-sender.ts'
import { ballotOf, type Cast, staysWaiting, type WaitingVote } from './waiting-vote.ts'

interface Voting<Answer> {
  sender: VoteSender
  feed: PollFeed
  kind: Kind<Answer>
  /** The voter's one-time code, where the poll takes codes. */
  code?: () => string | undefined
}

/** Under way for the first time: after that it waits. */
interface Sent<Answer> extends PendingVote<Answer> {
  key: string
  /** When it was chosen. */
  at: number
}

/** Why a vote is not counted. */
interface Refusal {
  /** Undefined where it came too late for its round. */
  problem?: VoteProblem | undefined
  /** Whether the server may have counted it all the same. */
  mayBeCounted?: boolean
}

const none: Own = { ownChoiceIds: [], ownReceipt: null }

/**
 * The voter's answer, shown as counted at once and taken back if the server refuses it. One request at a time, so that
 * the last vote is the last one to reach the server. With a new round the answer is gone.
 */
export function useVote<Answer>({ sender, feed, kind, code = () => undefined }: Voting<Answer>) {
  const { poll, snapshot, state, merge, markDeleted } = feed
  const { id } = poll.value
  const ballot = ballotOf(id, code())
  /** Who stands before the screen is a voter of their own: what the last one chose is not theirs. */
  const isKept = () => poll.value.voteMode !== 'none'
  const own = shallowRef<Own>(poll.value)
  const counted = computed(() => kind.ownAnswerOf(own.value))
  /** Where the last own answer stands: later ones replace it. */
  let ownAt = { round: poll.value.round, view: poll.value.view, revision: poll.value.revision }
  const pending = shallowRef<Sent<Answer>>()
  /** Of who stood before the screen, without a response. Its key makes a second try the same vote. */
  const unconfirmed = shallowRef<Cast<Answer>>()
  const refusal = shallowRef<Refusal>()
  /** When the last answer was chosen, in this tab or, as far as it is known here, in another. */
  let chosenAt = 0
  /** When the last one was that another tab has had counted. */
  let countedElsewhereAt = 0

  const kept = sender.waitingOf(ballot)
  const waiting = computed(() => {
    const vote = kept.value
    // What a browser has kept may be anything.
    return vote?.round === snapshot.value.round && kind.isAnswer(vote.answer)
      ? (vote as WaitingVote<Answer>)
      : undefined
  })
  const answer = computed(() => pending.value?.wanted ?? waiting.value?.answer ?? counted.value)
  const shown = computed(() =>
    pending.value ? kind.withPendingVote(snapshot.value, counted.value, pending.value) : snapshot.value,
  )

  sender.onOutcome(ballot, ({ at, voted, problem }) => {
    if (!voted) {
      if (!pending.value) refuse(problem)
      return
    }
    setOwn(voted)
    if (at <= chosenAt) return
    chosenAt = at
    countedElsewhereAt = at
    // Should the older one that is under way be counted after it, it has to be sent again.
    if (pending.value) pending.value = { ...pending.value, wanted: kind.ownAnswerOf(voted) }
  })
  watch(
    () => isCurrent(state.value),
    (isBack) => isBack && sender.sendNow(),
  )
  // The request ends with the page, and nobody knows whether it was received.
  useEventListener('pagehide', () => pending.value && isKept() && keep(pending.value, true))

  // The whole poll has come anew, for another code or after a move.
  watch(poll, (now, before) => {
    if (now.ownChoiceIds !== before.ownChoiceIds) own.value = now
  })
  watch(
    () => snapshot.value.round,
    (round) => {
      if (round <= ownAt.round) return
      own.value = none
      if (pending.value) pending.value = { ...pending.value, wanted: pending.value.sent }
      ownAt = { round, view: snapshot.value.view, revision: snapshot.value.revision }
      refusal.value = undefined
      unconfirmed.value = undefined
      // Tells of a vote that waited for the round before.
      sender.sendNow()
    },
  )
  // The database began anew: the voter's ballot may not be in it, and revisions begin again.
  watch(
    () => snapshot.value.epoch,
    async (_, before) => {
      if (before === undefined || !isKept()) return
      ownAt = { ...ownAt, revision: 0 }
      const now = await sender.readPoll(ballot).catch(() => undefined)
      if (!now || now.revision < ownAt.revision) return
      own.value = now
      ownBallots(code()).keep(now, now)
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
    const again = unconfirmed.value
    refusal.value = undefined
    unconfirmed.value = undefined
    forgetRefusal(id)
    // Later than what was chosen before, also where the clock was set back.
    chosenAt = Math.max(Date.now(), chosenAt + 1, (waiting.value?.at ?? 0) + 1)
    if (pending.value) {
      pending.value = { ...pending.value, wanted }
    } else if (waiting.value) {
      const { answer, key, before = { answer, key } } = waiting.value
      sender.keep(ballot, { ...waiting.value, answer: wanted, key: randomKey(), before, at: chosenAt })
      sender.sendNow()
    } else {
      const isAgain = again && kind.isSameAnswer(again.answer, wanted)
      let next: Cast<Answer> | undefined = isAgain ? again : { answer: wanted, key: randomKey() }
      while (next) next = await send(next)
    }
  }

  /** Resolves with what was chosen meanwhile. */
  async function send({ answer: sent, key }: Cast<Answer>): Promise<Cast<Answer> | undefined> {
    const at = chosenAt
    pending.value = { wanted: sent, sent, base: snapshot.value, key, at }
    let voted: Voted | undefined
    let problem: ApiProblem | undefined
    try {
      voted = await sender.castVote(kind, poll.value, { answer: sent, key }, code())
    } catch (error) {
      if (!(error instanceof ApiProblem)) {
        pending.value = undefined
        throw error
      }
      problem = error
    }
    const last = pending.value as Sent<Answer>
    pending.value = undefined
    if (voted && isKept()) sender.settle({ ballot, at, voted })
    else if (voted) setOwn(voted)
    if (problem && staysWaiting(problem)) {
      if (isKept()) keep(last, problem.code !== 'unreachable')
      else refuse(problem, { answer: sent, key })
      return undefined
    }
    const isChanged = !kind.isSameAnswer(last.wanted, sent)
    // A refusal of what was sent says nothing of what is wanted by now.
    if (isChanged && !kind.isSameAnswer(last.wanted, counted.value)) return { answer: last.wanted, key: randomKey() }
    if (problem && !isChanged) refuse(problem)
  }

  /** What may have been counted goes before what was chosen since, unless another tab has had that counted since. */
  function keep({ sent, wanted, key, base, at }: Sent<Answer>, isReached: boolean): void {
    const before = { answer: sent, key }
    const last = kind.isSameAnswer(wanted, sent) ? before : { answer: wanted, key: randomKey() }
    const isFirst = last === before || countedElsewhereAt > at
    sender.keep(ballot, { ...last, ...(!isFirst && { before }), round: base.round, at: chosenAt, isReached })
  }

  function refuse(problem: VoteProblem | undefined, sent?: Cast<Answer>): void {
    if (problem?.code === 'poll-deleted') markDeleted()
    const mayBeCounted = problem?.code === 'unreachable' || problem?.code === 'unexpected'
    refusal.value = { problem, mayBeCounted }
    unconfirmed.value = mayBeCounted ? sent : undefined
    if (isKept()) noteRefusal(poll.value, problem ? problemText(problem) : t('vote.other-round'))
  }

  const refusalText = computed(() => {
    if (waiting.value && !pending.value) {
      return waiting.value.isReached ? t('live.vote-waits-busy') : t('live.vote-waits')
    }
    if (!refusal.value) return ''
    const { problem, mayBeCounted } = refusal.value
    if (!problem) return t('vote.not-counted')
    const reason = problemText(problem)
    return mayBeCounted ? t('vote.maybe-counted', { reason }) : reason
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
