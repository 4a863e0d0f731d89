import { type Poll, pollSchema, type Voted, votedSchema } from '@pollcast/shared/poll'
import { type CreatedPoll, createdPollSchema } from '@pollcast/shared/room'
import { routes } from '@pollcast/shared/routes'
import type { NewPollBody } from '@pollcast/shared/settings'
import { readAs } from './answer.ts'

export const json = (body: unknown): RequestInit => ({
  method: 'POST',
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify(body),
})

export const form = (fields: string): RequestInit => ({
  method: 'POST',
  headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
  body: fields,
})

/** The headers of a host. */
export const bearer = (hostKey: string) => ({ Authorization: `Bearer ${hostKey}` })

export const patch = (body: unknown, hostKey?: string): RequestInit => ({
  method: 'PATCH',
  headers: { 'Content-Type': 'application/json', ...(hostKey !== undefined && bearer(hostKey)) },
  body: JSON.stringify(body),
})

/** Someone with a browser's cookie jar, and a new voter until they have voted. */
export class Voter {
  readonly cookies = new Map<string, string>()
  readonly #url: string

  constructor(url: string) {
    this.#url = url
  }

  get cookieHeader(): string {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  }

  /** The id in the voter cookie; undefined before there is one. */
  get id(): string | undefined {
    for (const [name, value] of this.cookies) if (name.includes('pollcast-')) return value.split('.')[0]
    return undefined
  }

  /** Asks with the cookies, keeps those that come, and follows no redirect. */
  async ask(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers)
    if (this.cookies.size > 0) headers.set('Cookie', this.cookieHeader)
    const response = await fetch(this.#url + path, { redirect: 'manual', ...init, headers })
    for (const cookie of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie) ?? []
      if (name && value !== undefined) this.cookies.set(name, value)
    }
    return response
  }

  /** Casts a vote that shall be taken. */
  async vote(pollId: string, ...choiceIds: number[]): Promise<Voted> {
    return readAs(votedSchema, 201, await this.ask(routes.votes(pollId), json({ choiceIds })))
  }

  async read(pollId: string): Promise<Poll> {
    return readAs(pollSchema, 200, await this.ask(routes.poll(pollId)))
  }
}

/** Makes a poll of these choices in a room of its own, listed so that every page and test finds it. */
export function createPoll(
  url: string,
  choices = ['Tea', 'Coffee'],
  maxChoices = 1,
  question = 'What will you have?',
): Promise<HostedPoll> {
  return createPollOf(url, { question, choices, maxChoices, listed: true })
}

export type HostedPoll = CreatedPoll & { hostKey: string }

/** Makes a poll as the body says. @param hostKey of the room that it is put into */
export async function createPollOf(url: string, body: Partial<NewPollBody>, hostKey?: string): Promise<HostedPoll> {
  const request = json({ question: 'What will you have?', choices: ['Tea', 'Coffee'], ...body })
  const headers = new Headers(request.headers)
  if (hostKey !== undefined) headers.set('Authorization', `Bearer ${hostKey}`)
  const created = await readAs(createdPollSchema, 201, await fetch(url + routes.polls, { ...request, headers }))
  return { ...created, hostKey: created.hostKey ?? '' }
}
