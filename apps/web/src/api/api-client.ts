import type { CreatedPoll, NewPoll, Poll, PollList, Snapshot } from '@pollcast/shared/poll'
import type { Problem } from '@pollcast/shared/problem'
import { routes } from '@pollcast/shared/routes'
import type { VoteBody } from '@pollcast/shared/vote'
import { timeoutSignal } from '../browser/timeout-signal.ts'
import { ApiProblem } from './api-problem.ts'
import { randomKey } from './random-key.ts'

export type ApiClient = ReturnType<typeof createApiClient>

/** A limit of our own: a browser that is out of connections waits without an error. */
const REQUEST_TIMEOUT_MS = 10_000

/** `apiUrl` is the API's origin, empty if that is the page's own. */
export function createApiClient(apiUrl: string, timeout = REQUEST_TIMEOUT_MS) {
  const request = <T>(url: string, body?: object, key?: string) => send<T>(url, timeoutSignal(timeout), body, key)

  return {
    /** The path as an address on the API's origin. */
    urlOf: (path: string) => apiUrl + path,

    listPolls: (cursor?: string) =>
      request<PollList>(apiUrl + routes.polls + (cursor ? `?${new URLSearchParams({ cursor })}` : '')),

    getPoll: (pollId: string) => request<Poll>(apiUrl + routes.poll(pollId)),

    /** @param key repeated with each retry, so that a poll that is sent twice is created once */
    createPoll: (poll: NewPoll, key: string) => request<CreatedPoll>(apiUrl + routes.polls, poll, key),

    /** Counted once, however often the browser or a proxy sends the request. */
    castVote: async (pollId: string, body: VoteBody) => {
      const key = randomKey()
      const cast = () => request<Snapshot>(apiUrl + routes.votes(pollId), body, key)
      try {
        return await cast()
      } catch (error) {
        // The response has replaced the invalid voter cookie with a valid one.
        if (error instanceof ApiProblem && error.code === 'invalid-voter') return cast()
        throw error
      }
    },
  }
}

async function send<T>(url: string, signal: AbortSignal, body?: object, key?: string): Promise<T> {
  const response = await fetchOrThrow(url, {
    signal,
    credentials: 'include',
    headers: {
      Accept: 'application/json',
      ...(body && { 'Content-Type': 'application/json' }),
      ...(key && { 'Idempotency-Key': `"${key}"` }),
    },
    ...(body && { method: 'POST', body: JSON.stringify(body) }),
  })
  if (!response.ok) throw await problemOf(response)
  try {
    return (await response.json()) as T
  } catch {
    throw unexpected(response)
  }
}

async function fetchOrThrow(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init)
  } catch {
    throw new ApiProblem('unreachable', 0, "Can't reach the server. Check your connection and try again.")
  }
}

async function problemOf(response: Response): Promise<ApiProblem> {
  if (!response.headers.get('content-type')?.startsWith('application/problem+json')) return unexpected(response)
  try {
    const { code, status, detail, errors } = (await response.json()) as Problem
    return new ApiProblem(code, status, detail, errors)
  } catch {
    return unexpected(response)
  }
}

/** A proxy answered in place of the API, or the API's answer was cut short. */
function unexpected({ status }: Response): ApiProblem {
  const detail = `The server gave an unexpected answer (status ${status}). Try again in a moment.`
  return new ApiProblem('unexpected', status, detail)
}
