import { routes } from '@pollcast/shared/routes'
import { expect, onTestFinished, test } from 'vitest'
import { createApiClient } from '../src/api/api-client.ts'
import { ApiProblem } from '../src/api/api-problem.ts'
import { randomKey } from '../src/api/random-key.ts'
import { retryDelay } from '../src/api/retry-delay.ts'
import { openStream, type StreamState } from '../src/api/stream-client.ts'
import { renewVoterToken } from '../src/api/voter-token.ts'
import { Pollcast } from './support/pollcast.ts'

/*
 * The clients are the page's own, in one process in place of 2,000 tabs: its stream client, and its rules of when to send
 * a vote again.
 */

const STREAMS = 2000
const VOTERS = 8
/** Milliseconds in which connects are counted. */
const WINDOW_MS = 1000

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

/** Open streams on a poll, each with what it shows. */
function watch(url: string, pollId: string) {
  const tabs = Array.from({ length: STREAMS }, () => {
    const tab = { state: 'connecting' as StreamState, connectedAt: 0, liveAt: 0, voters: 0 }
    const client = openStream({
      addressOf() {
        tab.connectedAt = performance.now()
        return `${url}${routes.streams}?polls=${pollId}`
      },
      topics: { polls: [pollId] },
      onTold(told) {
        if (told.event === 'snapshot' || told.event === 'update') {
          // Numbers never go back.
          expect(told.data.voters).toBeGreaterThanOrEqual(tab.voters)
          tab.voters = told.data.voters
        }
      },
      onState(state) {
        tab.state = state
        if (state === 'live') tab.liveAt = performance.now()
      },
    })
    onTestFinished(() => client.close())
    return tab
  })
  const areLive = () => tabs.filter(({ state }) => state === 'live').length
  return { tabs, areLive }
}

/** Votes, one after the other, each sent again with its key until it has an answer, as the page does. */
function keepVoting(url: string, pollId: string, choiceId: number) {
  const api = createApiClient(url)
  let isOn = true
  const counts = { votes: 0, again: 0 }
  async function cast(): Promise<void> {
    const key = randomKey()
    for (let failures = 0; ; failures++) {
      try {
        // Each vote is somebody else's, who has no token yet.
        renewVoterToken()
        await api.castVote(pollId, { choiceIds: [choiceId] }, key)
        counts.votes += 1
        return
      } catch (error) {
        if (!(error instanceof ApiProblem) || (error.status !== 0 && error.status !== 503)) throw error
        counts.again += 1
        await pause(retryDelay(failures, 0))
      }
    }
  }
  const voting = Array.from({ length: VOTERS }, async () => {
    while (isOn) {
      await cast()
      await pause(20)
    }
  })
  return {
    counts,
    async stop() {
      isOn = false
      await Promise.all(voting)
    },
  }
}

/** The most connects in any window. */
function mostWithin(times: readonly number[], milliseconds: number): number {
  let most = 0
  let from = 0
  for (const [index, time] of times.entries()) {
    while (time - (times[from] ?? 0) > milliseconds) from += 1
    most = Math.max(most, index - from + 1)
  }
  return most
}

test('a restart under 2,000 streams and votes: all are live again, and each vote counts once', async () => {
  const pollcast = await Pollcast.start({ RATE_LIMIT: 'off' })
  onTestFinished(() => pollcast.remove())
  const { id } = await pollcast.makePoll('Restarted?', ['Yes', 'No'])
  const api = createApiClient(pollcast.url)
  const { choices } = await api.getPoll(id)
  const { tabs, areLive } = watch(pollcast.url, id)
  await expect.poll(areLive).toBe(STREAMS)
  const voting = keepVoting(pollcast.url, id, choices[0]?.id ?? 0)
  await expect.poll(() => voting.counts.votes).toBeGreaterThan(50)

  await pollcast.stop()
  await pollcast.start()
  const upAt = performance.now()
  await expect.poll(areLive).toBe(STREAMS)
  const lastLive = Math.max(...tabs.map(({ liveAt }) => liveAt)) - upAt
  const votesThen = voting.counts.votes
  await expect.poll(() => voting.counts.votes).toBeGreaterThan(votesThen + 50)
  await voting.stop()

  const returns = tabs.map(({ connectedAt }) => connectedAt).sort((one, other) => one - other)
  const most = mostWithin(returns, WINDOW_MS)
  process.stdout.write(
    `all ${STREAMS} live ${Math.round(lastLive)} ms after the server was up; at most ${most} connects in ${WINDOW_MS} ms; ` +
      `${voting.counts.votes} votes, ${voting.counts.again} sent again\n`,
  )
  expect(voting.counts.again).toBeGreaterThan(0)

  // No vote lost or doubled, and every tab shows them.
  expect((await api.getPoll(id)).voters).toBe(voting.counts.votes)
  await expect.poll(() => tabs.every(({ voters }) => voters === voting.counts.votes)).toBe(true)
})
