import type { Problem } from '@pollcast/shared/problem'
import { timeoutSignal } from '../browser/timeout-signal.ts'
import { ApiProblem } from './api-problem.ts'
import { retryAfter } from './retry-delay.ts'
import { serverClock } from './server-clock.ts'
import { noteVoterToken, voterHeaders } from './voter-token.ts'

/** A limit of our own: a browser that is out of connections waits without an error. */
const REQUEST_TIMEOUT_MS = 10_000

interface Options {
  method?: 'POST' | 'PATCH' | 'DELETE'
  body?: object
  headers?: Record<string, string>
  credentials?: RequestCredentials
}

/** A file to save. */
export interface NamedFile {
  blob: Blob
  name: string
}

/** Requests to the API at this origin. Each rejects with an ApiProblem. */
export function createRequest(origin: string, timeout = REQUEST_TIMEOUT_MS) {
  async function send(
    path: string,
    accept: string,
    { method, body, headers, credentials = 'include' }: Options,
  ): Promise<Response> {
    const response = await fetchOrThrow(origin + path, {
      signal: timeoutSignal(timeout),
      credentials,
      headers: { Accept: accept, ...(body && { 'Content-Type': 'application/json' }), ...voterHeaders(), ...headers },
      ...(method && { method }),
      ...(body && { body: JSON.stringify(body) }),
    })
    if (!response.ok) throw await problemOf(response)
    noteVoterToken(response.headers.get('Pollcast-Voter'))
    return response
  }

  return {
    async json<T>(path: string, options: Options = {}): Promise<T> {
      const askedAt = serverClock.localNow()
      const response = await send(path, 'application/json', options)
      const answer = await readOrThrow(response, () => response.json() as Promise<T>)
      const now = stampOf(answer)
      if (now) serverClock.note(now, askedAt)
      return answer
    },

    async empty(path: string, options: Options): Promise<void> {
      await send(path, 'application/json', options)
    },

    async file(path: string, options: Options): Promise<NamedFile> {
      const response = await send(path, '*/*', options)
      const blob = await readOrThrow(response, () => response.blob())
      return { blob, name: nameOf(response) ?? path.slice(path.lastIndexOf('/') + 1) }
    },
  }
}

async function fetchOrThrow(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init)
  } catch {
    throw new ApiProblem('unreachable', 0, "Can't reach the server. Check your connection and try again.")
  }
}

async function readOrThrow<T>(response: Response, read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch {
    throw unexpected(response)
  }
}

async function problemOf(response: Response): Promise<ApiProblem> {
  if (!response.headers.get('content-type')?.startsWith('application/problem+json')) return unexpected(response)
  try {
    const { code, status, detail, errors, challenge } = (await response.json()) as Problem
    return new ApiProblem(code, status, detail, errors, challenge, retryAfter(response.headers.get('retry-after')))
  } catch {
    return unexpected(response)
  }
}

/** A proxy answered in place of the API, or the API's answer was cut short. */
function unexpected({ status }: Response): ApiProblem {
  const detail = `The server gave an unexpected answer (status ${status}). Try again in a moment.`
  return new ApiProblem('unexpected', status, detail)
}

/** The server's clock, as polls, rooms and answers to votes have it. */
function stampOf(answer: unknown): string | undefined {
  const { now, poll, room } = (answer ?? {}) as { now?: string; poll?: { now?: string }; room?: { poll?: unknown } }
  return now ?? poll?.now ?? (room && stampOf(room))
}

/** The name in Content-Disposition (RFC 6266): the one with any characters, or else the one without. */
function nameOf({ headers }: Response): string | undefined {
  const header = headers.get('content-disposition') ?? ''
  const [, encoded] = /filename\*=UTF-8''([^;]+)/i.exec(header) ?? []
  const [, plain] = /filename="([^"]*)"/.exec(header) ?? /filename=([^;]+)/.exec(header) ?? []
  try {
    return encoded ? decodeURIComponent(encoded) : plain
  } catch {
    return plain
  }
}
