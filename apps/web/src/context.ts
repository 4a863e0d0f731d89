import type { PageContext } from '@pollcast/shared/context'
import type { Poll, PollList } from '@pollcast/shared/poll'
import type { Privacy } from '@pollcast/shared/privacy'
import type { Room } from '@pollcast/shared/room'
import { type InjectionKey, inject } from 'vue'
import type { ApiClient } from './api/api-client.ts'
import { serverClock } from './api/server-clock.ts'
import { voterToken } from './api/voter-token.ts'
import { attempt } from './browser/attempt.ts'

export interface Served<T> {
  data: T
  streamUrl: string | undefined
  /** Of which event its stream would say this; undefined where that is not known. */
  eventId?: string | undefined
}

/**
 * The data that the server wrote into the page. It was current when the page was served, so each part is handed out
 * once; after that the page asks the API.
 */
export interface ServedPage {
  takePoll(pollId: string): Served<Poll> | undefined
  takePollList(): Served<PollList> | undefined
  takeRoom(code: string): Served<Room> | undefined
  /** What tells a new voter in a frame; undefined where their cookie did. */
  readonly voterToken: string | undefined
  /** Who may make polls on this server, where not anyone may. */
  readonly createPolls: PageContext['createPolls']
  /** The poll that the front page has one try. */
  takeDemo(): Poll | undefined
  /** The settings that the page about privacy tells of. */
  readonly privacy: Privacy | undefined
  /** Who the pages are of, where that is not Pollcast. */
  readonly site: PageContext['site']
  /** What links to share begin with, where it is not the page's own origin. */
  readonly publicUrl: string | undefined
}

export const servedPageKey: InjectionKey<ServedPage> = Symbol('served page')
export const apiKey: InjectionKey<ApiClient> = Symbol('API client')

export function readContext(document: Document): PageContext {
  return JSON.parse(document.getElementById('context')?.textContent || '{"apiUrl":""}')
}

export function createServedPage({
  poll,
  pollList,
  room,
  demo,
  privacy,
  streamUrl,
  eventId,
  publicUrl,
  voterToken: servedToken,
  createPolls,
  site,
}: PageContext): ServedPage {
  // The page itself is asked for without a token, so what it has is not for who has one.
  const isForVoter = voterToken.value === undefined
  let unusedPoll = isForVoter ? poll : undefined
  let unusedList = pollList
  let unusedRoom = isForVoter ? room : undefined
  let unusedDemo = isForVoter ? demo : undefined
  const now = poll?.now ?? room?.poll?.now
  if (now) serverClock.note(now, requestedAt())
  return {
    takePoll(pollId) {
      const taken = unusedPoll
      unusedPoll = undefined
      return taken?.id === pollId ? { data: taken, streamUrl, eventId } : undefined
    },
    takePollList() {
      const taken = unusedList
      unusedList = undefined
      return taken && { data: taken, streamUrl }
    },
    takeRoom(code) {
      const taken = unusedRoom
      unusedRoom = undefined
      return taken?.code === code ? { data: taken, streamUrl, eventId } : undefined
    },
    takeDemo() {
      const taken = unusedDemo
      unusedDemo = undefined
      return taken
    },
    publicUrl,
    privacy,
    voterToken: servedToken,
    createPolls,
    site,
  }
}

/** When this page was asked for, by this machine's clock; undefined where the browser does not say. */
function requestedAt(): number | undefined {
  const [navigation] = attempt(() => performance.getEntriesByType('navigation')) ?? []
  const { requestStart = 0 } = (navigation ?? {}) as Partial<PerformanceNavigationTiming>
  return requestStart > 0 ? performance.timeOrigin + requestStart : undefined
}

export function useApi(): ApiClient {
  return required(inject(apiKey), 'apiKey')
}

export function useServedPage(): ServedPage {
  return required(inject(servedPageKey), 'servedPageKey')
}

/** What the site is called: Pollcast, or what its theme has instead. */
export const useSiteName = (): string => useServedPage().site?.name ?? 'Pollcast'

function required<T>(provided: T | undefined, key: string): T {
  if (provided === undefined) throw new Error(`main.ts provides nothing under ${key}`)
  return provided
}
