import type { Poll, PollList, Voted } from '@pollcast/shared/poll'
import type { CodeCounts, CreatedPoll, CreatedRoom, Room, RoomChange } from '@pollcast/shared/room'
import type { Rounds } from '@pollcast/shared/rounds'
import { routes } from '@pollcast/shared/routes'
import type { NewPollBody, PollChange } from '@pollcast/shared/settings'
import type { VoteBody } from '@pollcast/shared/vote'
import { type Access, accessHeaders, credentialsOf } from './access.ts'
import { ApiProblem } from './api-problem.ts'
import { randomKey } from './random-key.ts'
import { createRequest } from './request.ts'
import { renewVoterToken } from './voter-token.ts'

export type ApiClient = ReturnType<typeof createApiClient>

/** Every call of the API. Each rejects with an ApiProblem. `apiUrl` is the API's origin, empty if that is the page's own. */
export function createApiClient(apiUrl: string, timeout?: number) {
  const request = createRequest(apiUrl, timeout)
  const asHost = (hostKey: string) => accessHeaders({ hostKey })
  /** For what is done once, however often the request is sent. */
  const once = (key: string) => ({ 'Idempotency-Key': `"${key}"` })
  const onceAsHost = (hostKey: string, key: string) => ({ ...asHost(hostKey), ...once(key) })

  /** A voter cookie or token that is not valid is refused, and replaced: then the same request is sent once more. */
  async function withValidVoter<T>(send: () => Promise<T>): Promise<T> {
    try {
      return await send()
    } catch (error) {
      if (!(error instanceof ApiProblem) || error.code !== 'invalid-voter') throw error
      renewVoterToken()
      return send()
    }
  }

  return {
    /** The path as an address on the API's origin. */
    urlOf: (path: string) => apiUrl + path,

    listPolls: (cursor?: string) =>
      request.json<PollList>(routes.polls + (cursor ? `?${new URLSearchParams({ cursor })}` : '')),

    getPoll: (pollId: string, access: Access = {}) =>
      request.json<Poll>(routes.poll(pollId), { headers: accessHeaders(access) }),

    /**
     * @param key repeated with each retry, so that a poll that is sent twice is created once
     * @param hostKey of the room that the body names
     */
    createPoll: (body: NewPollBody, key: string, hostKey?: string) =>
      request.json<CreatedPoll>(routes.polls, {
        method: 'POST',
        body,
        headers: { ...once(key), ...accessHeaders({ hostKey }) },
      }),

    changePoll: (pollId: string, body: PollChange, hostKey: string) =>
      request.json<Poll>(routes.poll(pollId), { method: 'PATCH', body, headers: asHost(hostKey) }),

    deletePoll: (pollId: string, hostKey: string) =>
      request.empty(routes.poll(pollId), { method: 'DELETE', headers: asHost(hostKey) }),

    /** Ends the round. The answer is the poll in its new one. @param key given again, it is the same round */
    startRound: (pollId: string, hostKey: string, key: string) =>
      request.json<Poll>(routes.rounds(pollId), { method: 'POST', headers: onceAsHost(hostKey, key) }),

    getRounds: (pollId: string, access: Access = {}) =>
      request.json<Rounds>(routes.rounds(pollId), { headers: accessHeaders(access) }),

    /** The answer is the copy. @param key given again, it is the same copy */
    copyPoll: (pollId: string, hostKey: string, key: string) =>
      request.json<Poll>(routes.copies(pollId), { method: 'POST', headers: onceAsHost(hostKey, key) }),

    /**
     * Counted once, however often the browser or a proxy sends the request.
     *
     * @param key given again, the vote is the same one
     */
    castVote: (pollId: string, body: VoteBody, key = randomKey()) => {
      const headers = once(key)
      return withValidVoter(() => request.json<Voted>(routes.votes(pollId), { method: 'POST', body, headers }))
    },

    /** Takes the voter's own vote back. */
    takeVoteBack: (pollId: string, code?: string) =>
      withValidVoter(() =>
        request.json<Voted>(routes.votes(pollId), { method: 'DELETE', headers: accessHeaders({ code }) }),
      ),

    createRoom: (title: string) => request.json<CreatedRoom>(routes.rooms, { method: 'POST', body: { title } }),

    getRoom: (code: string, access: Access = {}) =>
      request.json<Room>(routes.room(code), { headers: accessHeaders(access), credentials: credentialsOf(access) }),

    changeRoom: (code: string, body: RoomChange, hostKey: string) =>
      request.json<Room>(routes.room(code), { method: 'PATCH', body, headers: asHost(hostKey) }),

    deleteRoom: (code: string, hostKey: string) =>
      request.empty(routes.room(code), { method: 'DELETE', headers: asHost(hostKey) }),

    /** Another host key. The one that this is asked with opens nothing any more. */
    replaceHostKey: (code: string, hostKey: string) =>
      request.json<{ hostKey: string }>(routes.roomKey(code), { method: 'POST', headers: asHost(hostKey) }),

    /** One-time codes, told to who has the key: given again with the same number, they are the same ones. */
    issueCodes: (code: string, count: number, hostKey: string, key: string) =>
      request.json<{ codes: string[] }>(routes.roomCodes(code), {
        method: 'POST',
        body: { count },
        headers: onceAsHost(hostKey, key),
      }),

    countCodes: (code: string, hostKey: string) =>
      request.json<CodeCounts>(routes.roomCodes(code), { headers: asHost(hostKey) }),

    /** A file to keep (results, ballots, a chart), under the name that the server gives it. */
    getFile: (path: string, access: Access = {}) => request.file(path, { headers: accessHeaders(access) }),
  }
}
