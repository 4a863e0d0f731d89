import type { CreatedPoll, NewPoll, Poll, PollList, Snapshot } from '@pollcast/shared/poll'
import type { Problem } from '@pollcast/shared/problem'
import { routes } from '@pollcast/shared/routes'
import type { VoteBody } from '@pollcast/shared/vote'
import { timeoutSignal } from '../browser/timeout-signal.ts'
import { ApiProblem } from './api-problem.ts'
import { randomKey } from './random-key.ts'

export type ApiClient = ReturnType<typeof createApiClient>

/** A server that is well answers in a blink; a browser that has no connection left asks nobody, and says nothing. */
const patience = 10_000

/** `apiUrl` is the API's origin, empty where it is the page's own. */
export function createApiClient(apiUrl: string, timeout = patience) {
  const request = <T>(url: string, body?: object, key?: string) => ask<T>(url, timeoutSignal(timeout), body, key)

  return {
    /** The same address, on the API's origin. */
    urlOf: (path: string) => apiUrl + path,

    listPolls: (cursor?: string) =>
      request<PollList>(apiUrl + routes.polls + (cursor ? `?${new URLSearchParams({ cursor })}` : '')),

    getPoll: (pollId: string) => request<Poll>(apiUrl + routes.poll(pollId)),

    /** @param key the same one for the same poll, however often it is sent: it is made once */
    createPoll: (poll: NewPoll, key: string) => request<CreatedPoll>(apiUrl + routes.polls, poll, key),

    /** One call is one vote, however often the browser or a proxy sends it. */
    castVote: async (pollId: string, body: VoteBody) => {
      const key = randomKey()
      const cast = () => request<Snapshot>(apiUrl + routes.votes(pollId), body, key)
      try {
        return await cast()
      } catch (error) {
        // The refusal has replaced the voter cookie with a valid one.
        if (error instanceof ApiProblem && error.code === 'invalid-voter') return cast()
        throw error
      }
    },
  }
}

async function ask<T>(url: string, signal: AbortSignal, body?: object, key?: string): Promise<T> {
  const response = await reach(url, {
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

async function reach(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init)
  } catch {
    throw new ApiProblem('unreachable', 0, 'The server could not be reached. Check the connection and try again.')
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

/** Something between here and the API answered in its place, or cut its answer short. */
function unexpected({ status }: Response): ApiProblem {
  const detail = `The server did not give a proper answer (status ${status}). Try again in a moment.`
  return new ApiProblem('unexpected', status, detail)
}
