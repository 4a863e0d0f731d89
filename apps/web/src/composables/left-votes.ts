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

/** Too slow, too many requests, or the server's own fault: the same vote may be counted later. */
const saysNothingOfIt = ({ status }: ApiProblem) => status === 408 || status === 429 || status >= 500

/**
 * Sends, while the scope lives, the votes that wait for a poll which the page shows no more: the room has moved on, or another page was
 * opened. The voter is told of one that is not counted, if its poll is still there.
 *
 * @param shownPollId the poll that the page shows, or is about to: what shows it sends its votes (use-vote.ts)
 */
export function useLeftVotes(
  api: Pick<ApiClient, 'getPoll' | 'castVote' | 'takeVoteBack'>,
  shownPollId: () => string | undefined,
): void {
  let isSending = false

  const isLeft = (name: string) => !isShownHere(name) && !name.startsWith(waitingName(`${shownPollId()} `))

  async function sendAll(): Promise<void> {
    if (isSending) return
    isSending = true
    try {
      for (const name of storageNames(waitingName(''))) if (isLeft(name)) await send(name)
    } finally {
      isSending = false
    }
  }

  async function send(name: string): Promise<void> {
    const storage = waitingStorage(name)
    const vote = storage.read()
    if (!vote) return
    /** Another tab, or this page once it shows the poll again, may have kept something newer meanwhile. */
    const isNewest = () => storage.read()?.at === vote.at
    const drop = () => isNewest() && storage.write(undefined)
    const [pollId = '', code] = name.slice(waitingName('').length).split(' ')
    let poll: Poll | undefined
    try {
      poll = await api.getPoll(pollId, { code })
      // A vote was for what its voter saw: it is not counted in another round.
      if (poll.round !== vote.round) {
        drop()
        return noteRefusal(poll, '')
      }
      const kind = kindOf(poll)
      const { answer, wanted = answer, key } = vote
      let voted = await castAnswer(api, kind, poll, answer, key, code)
      if (!kind.isSameAnswer(answer, wanted)) {
        if (!isLeft(name) || !isNewest()) return
        voted = await castAnswer(api, kind, poll, wanted, randomKey(), code)
      }
      drop()
      ownBallots(code || undefined).keep(poll, voted)
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error
      if (staysWaiting(error) || saysNothingOfIt(error)) return
      drop()
      if (poll) noteRefusal(poll, problemText(error))
    }
  }

  useIntervalFn(sendAll, LOOK_MS, { immediateCallback: true })
  useEventListener('online', sendAll)
}
