import type { AdminRoomChange, AdminRooms, AdminRoomsQuery, AdminStatus, Blocked } from '@pollcast/shared/admin'
import type { Poll, PollList, Voted } from '@pollcast/shared/poll'
import type { Privacy } from '@pollcast/shared/privacy'
import type { BurstChange, CodeCounts, CreatedPoll, Room, RoomChange } from '@pollcast/shared/room'
import type { Rounds } from '@pollcast/shared/rounds'
import { routes } from '@pollcast/shared/routes'
import type { NewPollBody, PollChange } from '@pollcast/shared/settings'
import type { VoteBody } from '@pollcast/shared/vote'
import { type Access, accessHeaders, credentialsOf } from './access.ts'
import { ApiProblem } from './api-problem.ts'
import { createProofs } from './proofs.ts'
import { randomKey } from './random-key.ts'
import { createRequest } from './request.ts'
import { renewVoterToken } from './voter-token.ts'

export type ApiClient = ReturnType<typeof createApiClient>

/** Every call of the API. Each rejects with an ApiProblem. `apiUrl` is what its addresses begin with. */
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

  const proofs = createProofs()

  /**
   * A vote of a new voter beyond the burst of their network is refused with a challenge. It is sent once more with the
   * solution; with one that came with the page at once.
   */
  async function withProof<T>(send: (headers: Record<string, string>) => Promise<T>): Promise<T> {
    try {
      return await send(await proofs.headers())
    } catch (error) {
      if (!(error instanceof ApiProblem) || !error.challenge) throw error
      return send(await proofs.headers(error.challenge))
    }
  }

  return {
    /** Solves the challenge that came with the page, for the vote that may follow. */
    prepareProof: proofs.prepare,

    /** The address of a route. */
    urlOf: (path: string) => apiUrl + path,

    /** An address that the API names (`streamUrl`): it may be on another host than the page. */
    resolve: (address: string) => (URL.canParse(apiUrl) ? new URL(address, apiUrl).href : address),

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

    /** Has the votes of a burst count no more, or again. */
    changeBurst: (pollId: string, number: number, body: BurstChange, hostKey: string) =>
      request.json<Poll>(routes.burst(pollId, number), { method: 'PATCH', body, headers: asHost(hostKey) }),

    /** The answer is the copy. @param key given again, it is the same copy */
    copyPoll: (pollId: string, hostKey: string, key: string) =>
      request.json<Poll>(routes.copies(pollId), { method: 'POST', headers: onceAsHost(hostKey, key) }),

    /**
     * Counted once, however often the browser or a proxy sends the request.
     *
     * @param key given again, the vote is the same one
     */
    castVote: (pollId: string, body: VoteBody, key = randomKey()) => {
      const send = (proof: Record<string, string>) => {
        const headers = { ...once(key), ...proof }
        return request.json<Voted>(routes.votes(pollId), { method: 'POST', body, headers })
      }
      return withValidVoter(() => withProof(send))
    },

    /** Takes the voter's own vote back. */
    takeVoteBack: (pollId: string, code?: string) =>
      withValidVoter(() =>
        withProof((proof) =>
          request.json<Voted>(routes.votes(pollId), {
            method: 'DELETE',
            headers: { ...accessHeaders({ code }), ...proof },
          }),
        ),
      ),

    getRoom: (code: string, access: Access = {}) =>
      request.json<Room>(routes.room(code), { headers: accessHeaders(access), credentials: credentialsOf(access) }),

    changeRoom: (code: string, body: RoomChange, hostKey: string) =>
      request.json<Room>(routes.room(code), { method: 'PATCH', body, headers: asHost(hostKey) }),

    deleteRoom: (code: string, hostKey: string) =>
      request.empty(routes.room(code), { method: 'DELETE', headers: asHost(hostKey) }),

    /** Another host key. The one that this is asked with opens nothing any more. @param key given again, it is the same other one */
    replaceHostKey: (code: string, hostKey: string, key: string) =>
      request.json<{ hostKey: string }>(routes.roomKey(code), { method: 'POST', headers: onceAsHost(hostKey, key) }),

    /** One-time codes, told to who has the key: given again with the same number, they are the same ones. */
    issueCodes: (code: string, count: number, hostKey: string, key: string) =>
      request.json<{ codes: string[] }>(routes.roomCodes(code), {
        method: 'POST',
        body: { count },
        headers: onceAsHost(hostKey, key),
      }),

    countCodes: (code: string, hostKey: string) =>
      request.json<CodeCounts>(routes.roomCodes(code), { headers: asHost(hostKey) }),

    getPrivacy: () => request.json<Privacy>(routes.privacy),

    /** What only the admin may do, with their key. */
    adminStatus: (key: string) => request.json<AdminStatus>(routes.admin, { headers: asHost(key) }),

    adminRooms: ({ order, search, offset }: AdminRoomsQuery, key: string) => {
      const query = new URLSearchParams({ order, search, offset: String(offset) })
      return request.json<AdminRooms>(`${routes.adminRooms}?${query}`, { headers: asHost(key) })
    },

    adminChangeRoom: (code: string, body: AdminRoomChange, key: string) =>
      request.empty(routes.adminRoom(code), { method: 'PATCH', body, headers: asHost(key) }),

    adminDeleteRoom: (code: string, key: string) =>
      request.empty(routes.adminRoom(code), { method: 'DELETE', headers: asHost(key) }),

    adminReplaceKey: (code: string, key: string) =>
      request.json<{ hostKey: string }>(routes.adminRoomKey(code), { method: 'POST', headers: asHost(key) }),

    adminBlock: (body: { address: string; blocked: boolean }, key: string) =>
      request.json<Blocked>(routes.adminBlocks, { method: 'POST', body, headers: asHost(key) }),

    /** A file to keep (results, ballots, a chart), under the name that the server gives it. */
    getFile: (path: string, access: Access = {}) => request.file(path, { headers: accessHeaders(access) }),
  }
}
