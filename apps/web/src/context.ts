import type { PageContext } from '@pollcast/shared/context'
import type { Poll, PollList } from '@pollcast/shared/poll'
import { type InjectionKey, inject } from 'vue'
import type { ApiClient } from './api/api-client.ts'

export interface Served<T> {
  data: T
  streamUrl: string | undefined
}

/**
 * The data that the server wrote into the page. It was current when the page was served, so each part is handed out
 * once; after that the page asks the API.
 */
export interface ServedPage {
  takePoll(pollId: string): Served<Poll> | undefined
  takePollList(): Served<PollList> | undefined
}

export const servedPageKey: InjectionKey<ServedPage> = Symbol('served page')
export const apiKey: InjectionKey<ApiClient> = Symbol('API client')

export function readContext(document: Document): PageContext {
  return JSON.parse(document.getElementById('context')?.textContent || '{"apiUrl":""}')
}

export function createServedPage({ poll, pollList, streamUrl }: PageContext): ServedPage {
  let unusedPoll = poll
  let unusedList = pollList
  return {
    takePoll(pollId) {
      const taken = unusedPoll
      unusedPoll = undefined
      return taken?.id === pollId ? { data: taken, streamUrl } : undefined
    },
    takePollList() {
      const taken = unusedList
      unusedList = undefined
      return taken && { data: taken, streamUrl }
    },
  }
}

export function useApi(): ApiClient {
  return required(inject(apiKey), 'apiKey')
}

export function useServedPage(): ServedPage {
  return required(inject(servedPageKey), 'servedPageKey')
}

function required<T>(provided: T | undefined, key: string): T {
  if (provided === undefined) throw new Error(`main.ts provides nothing under ${key}`)
  return provided
}
