import type { Poll, Voted } from '@pollcast/shared/poll'
import { computedWithControl, useDocumentVisibility, useEventListener } from '@vueuse/core'
import { type InjectionKey, inject, onScopeDispose, provide, type Ref, shallowRef, watch } from 'vue'
import type { ApiClient } from '../api/api-client.ts'
import { ApiProblem } from '../api/api-problem.ts'
import { retryDelay } from '../api/retry-delay.ts'
import { isOwnVoter } from '../api/voter-token.ts'
import { t } from '../i18n/index.ts'
import { problemText } from '../i18n/problem-text.ts'
import { kindOf } from '../kinds/index.ts'
import type { Kind } from '../kinds/kind.ts'
import { ownBallots } from './own-ballots.ts'
import { noteRefusal } from './refused-vote.ts'
import { useOtherTabs } from './use-other-tabs.ts'
import {
  type Cast,
  isWaitingKey,
  readBallot,
  readWaiting,
  staysWaiting,
  type WaitingVote,
  waitingBallots,
  waitingStorage,
} from './waiting-vote.ts'

/** Why a vote is not counted. */
export type VoteProblem = Pick<ApiProblem, 'code' | 'detail' | 'status'>

/** What has become of a vote. */
export interface VoteOutcome {
  ballot: string
  /** When it was chosen. */
  at: number
  /** Undefined where it is not counted: */
  voted?: Voted
  /** for this reason, or else because another round is on. */
  problem?: VoteProblem
  /** What it answers, where that is known. */
  question?: string
}

type VoteApi = Pick<ApiClient, 'getPoll' | 'castVote' | 'takeVoteBack'>

export type VoteSender = ReturnType<typeof createVoteSender>

const voteSenderKey: InjectionKey<VoteSender> = Symbol('vote sender')

/** Sends what waits as long as the app lives, whatever page it shows. */
export function provideVoteSender(api: VoteApi): void {
  provide(voteSenderKey, createVoteSender(api))
}

export function useVoteSender(): VoteSender {
  const sender = inject(voteSenderKey)
  if (!sender) throw new Error('App.vue provides no vote sender')
  return sender
}

/**
 * Has votes counted. Those that can't be at the moment are kept, over a reload too, and sent again until it is known what has
 * become of them: at once when the network, the stream or the page is back, and from time to time while the page is seen.
 */
export function createVoteSender(api: VoteApi) {
  const visibility = useDocumentVisibility({ document: globalThis.document })
  /** Of what waits, in whichever tab. */
  const changes = shallowRef(0)
  const listeners = new Set<{ ballot: string; onOutcome(outcome: VoteOutcome): void }>()
  const tellOtherTabs = useOtherTabs<VoteOutcome>('votes', (outcome) => void take(outcome))
  let failures = 0
  let isSending = false
  let timer: ReturnType<typeof setTimeout> | undefined

  function write(ballot: string, vote: WaitingVote | undefined): void {
    waitingStorage(ballot).write(vote)
    changes.value += 1
    schedule()
  }

  function schedule(minDelay = 0): void {
    if (isSending || visibility.value === 'hidden' || waitingBallots().length === 0) return
    timer ??= setTimeout(sendAll, retryDelay(failures, minDelay))
  }

  function unschedule(): void {
    clearTimeout(timer)
    timer = undefined
  }

  function sendNow(): void {
    failures = 0
    void sendAll()
  }

  async function sendAll(): Promise<void> {
    unschedule()
    if (isSending) return
    isSending = true
    let minDelay = 0
    let isAnyLeft = false
    try {
      for (const ballot of waitingBallots()) {
        const problem = await send(ballot)
        if (!problem) continue
        isAnyLeft = true
        minDelay = Math.max(minDelay, problem.retryAfter)
        if (problem.code === 'unreachable') break
      }
    } finally {
      isSending = false
      failures = isAnyLeft ? failures + 1 : 0
      schedule(minDelay)
    }
  }

  /** Resolves with why it has to wait on. */
  async function send(ballot: string): Promise<ApiProblem | undefined> {
    const vote = readWaiting(ballot)
    if (!vote) return void write(ballot, undefined)
    const { pollId, code } = readBallot(ballot)
    const { at, before } = vote
    /** In another tab another one may have been chosen, or counted, meanwhile. */
    const isNewest = () => readWaiting(ballot)?.at === at
    let poll: Poll | undefined
    try {
      poll = await api.getPoll(pollId, { code })
      const kind = kindOf(poll)
      if (![vote, before ?? vote].every(({ answer }) => kind.isAnswer(answer))) return void write(ballot, undefined)
      // A vote was for what its voter saw: it is not counted in another round.
      if (poll.round !== vote.round) return void settle({ ballot, at, question: poll.question })
      if (before && isNewest()) await castFirst(kind, poll, before, code)
      if (!isNewest()) return send(ballot)
      settle({ ballot, at, voted: await castVote(kind, poll, vote, code) })
    } catch (problem) {
      if (!(problem instanceof ApiProblem)) throw problem
      if (staysWaiting(problem)) {
        const isReached = problem.code !== 'unreachable'
        if (isNewest() && isReached !== vote.isReached) write(ballot, { ...vote, isReached })
        return problem
      }
      const { code: reason, detail, status } = problem
      settle({ ballot, at, problem: { code: reason, detail, status }, ...(poll && { question: poll.question }) })
    }
    // What was chosen while that one was under way.
    return waitingStorage(ballot).read() && send(ballot)
  }

  /**
   * Where cookies don't come back, the answer to a vote is what tells who its voter is: so one that may have been counted
   * is answered before another is sent, or that would be another voter's. A refusal says nothing of the other.
   */
  async function castFirst(kind: Kind, poll: Poll, before: Cast<unknown>, code: string | undefined): Promise<void> {
    try {
      await castVote(kind, poll, before, code)
    } catch (problem) {
      if (!(problem instanceof ApiProblem) || staysWaiting(problem)) throw problem
    }
  }

  /** Has the server count the answer in place of the voter's last one. */
  function castVote<Answer>(
    kind: Kind<Answer>,
    { id, voteMode }: Pick<Poll, 'id' | 'voteMode'>,
    { answer, key }: Cast<Answer>,
    code: string | undefined,
  ): Promise<Voted> {
    if (kind.isSameAnswer(answer, kind.noAnswer)) return api.takeVoteBack(id, code)
    return api.castVote(id, { ...kind.voteBody(answer), ...(voteMode === 'code' && code && { code }) }, key)
  }

  /** Takes what has become of a vote, and tells the browser's other tabs. What waited until then does no more. */
  function settle(outcome: VoteOutcome): void {
    // Where nothing is kept, each page is a voter of its own.
    if (!isOwnVoter()) tellOtherTabs(outcome)
    const isShown = take(outcome)
    if (!isShown) noteOutcome(outcome)
    const waiting = readWaiting(outcome.ballot)
    if (waiting && waiting.at <= outcome.at) write(outcome.ballot, undefined)
  }

  /** Returns whether the ballot is on the page. */
  function take(outcome: VoteOutcome): boolean {
    const shown = [...listeners].filter(({ ballot }) => ballot === outcome.ballot)
    for (const { onOutcome } of shown) onOutcome(outcome)
    return shown.length > 0
  }

  /** For the time when its poll is shown again; if it is not counted, the voter is told beside another one. */
  function noteOutcome({ ballot, voted, problem, question }: VoteOutcome): void {
    const { pollId, code } = readBallot(ballot)
    if (voted) ownBallots(code).keep({ id: pollId, round: voted.round }, voted)
    else if (question) noteRefusal({ id: pollId, question }, problem ? problemText(problem) : t('vote.other-round'))
  }

  watch(visibility, (state) => (state === 'visible' ? sendNow() : unschedule()))
  useEventListener('online', sendNow)
  useEventListener('storage', ({ key }) => {
    if (!isWaitingKey(key)) return
    changes.value += 1
    schedule()
  })
  onScopeDispose(unschedule)
  // From before the page was loaded.
  sendNow()

  return {
    /** The poll as this voter sees it. */
    readPoll(ballot: string): Promise<Poll> {
      const { pollId, code } = readBallot(ballot)
      return api.getPoll(pollId, { code })
    },

    castVote,
    settle,
    sendNow,

    /** What waits of a ballot. */
    waitingOf: (ballot: string): Readonly<Ref<WaitingVote | undefined>> =>
      computedWithControl(changes, () => readWaiting(ballot)),

    /** Keeps a vote until it is known what has become of it, unless something was chosen after it. */
    keep(ballot: string, vote: WaitingVote): void {
      if ((readWaiting(ballot)?.at ?? 0) <= vote.at) write(ballot, vote)
    },

    /** Tells of what becomes of a ballot's votes, of this tab and of others, while the scope lives. */
    onOutcome(ballot: string, onOutcome: (outcome: VoteOutcome) => void): void {
      const listener = { ballot, onOutcome }
      listeners.add(listener)
      onScopeDispose(() => listeners.delete(listener))
    },
  }
}
