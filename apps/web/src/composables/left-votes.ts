import type { Poll } from '@pollcast/shared/poll'
import { useEventListener, useIntervalFn } from '@vueuse/core'
import type { ApiClient } from '../api/api-client.ts'
import { ApiProblem } from '../api/api-problem.ts'
import { randomKey } from '../api/random-key.ts'
import { storageNames } from '../browser/storage.ts'
import { problemText } from '../i18n/problem-text.ts'
import { kindOf } from '../kinds/index.ts'
import { ownBallots } from './own-ballots.ts'
import { noteRefusal } from './refused-vote.ts'
import { castAnswer } from './use-vote.ts'
import { isShownHere, staysWaiting, waitingName, waitingStorage } from './waiting-vote.ts'

/** Between two looks at what waits. */
const LOOK_MS = 5_000

/**
 * Sends, while the scope lives, the votes that wait for a poll which the page shows no more: the room has moved on, or another page was
 * opened. The voter is told of one that is not counted.
 */
export function useLeftVotes(api: Pick<ApiClient, 'getPoll' | 'castVote' | 'takeVoteBack'>): void {
  let isSending = false

  async function sendAll(): Promise<void> {
    if (isSending) return
    isSending = true
    try {
      for (const name of storageNames(waitingName(''))) if (!isShownHere(name)) await send(name)
    } finally {
      isSending = false
    }
  }

  async function send(name: string): Promise<void> {
    const storage = waitingStorage(name)
    const vote = storage.read()
    if (!vote) return
    const [pollId = '', code] = name.slice(waitingName('').length).split(' ')
    let poll: Poll | undefined
    try {
      poll = await api.getPoll(pollId, { code })
      // A vote was for what its voter saw: it is not counted in another round.
      if (poll.round !== vote.round) {
        storage.write(undefined)
        return noteRefusal(poll, '')
      }
      const kind = kindOf(poll)
      const { answer, wanted = answer, key } = vote
      let voted = await castAnswer(api, kind, poll, answer, key, code)
      if (!kind.isSameAnswer(answer, wanted)) voted = await castAnswer(api, kind, poll, wanted, randomKey(), code)
      storage.write(undefined)
      ownBallots(code || undefined).keep(poll, voted)
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error
      if (staysWaiting(error)) return
      storage.write(undefined)
      if (poll) noteRefusal(poll, problemText(error))
    }
  }

  useIntervalFn(sendAll, LOOK_MS, { immediateCallback: true })
  useEventListener('online', sendAll)
}
