import type { Poll, Snapshot } from '@pollcast/shared/poll'
import type { Room, RoomChange } from '@pollcast/shared/room'
import type { PollChange } from '@pollcast/shared/settings'
import { computed, type InjectionKey, inject, onBeforeMount, provide, shallowReadonly, shallowRef } from 'vue'
import { ApiProblem } from '../../api/api-problem.ts'
import { useHostKey } from '../../composables/use-host-key.ts'
import { useRoom } from '../../composables/use-room.ts'
import { useApi } from '../../context.ts'
import { createRequestKeys } from './request-keys.ts'

export type Host = ReturnType<typeof createHost>

const hostInjection: InjectionKey<Host> = Symbol('host')

/** A room as its host runs it, for the page and all its parts (`useHost`). */
export function provideHost(code: string): Host {
  const host = createHost(code)
  provide(hostInjection, host)
  return host
}

export function useHost(): Host {
  const host = inject(hostInjection)
  if (!host) throw new Error('HostPage.vue provides no host')
  return host
}

function createHost(code: string) {
  const api = useApi()
  const access = useHostKey(code)
  const connection = useRoom(code, () => ({ hostKey: access.hostKey.value }))
  const { room, feed } = connection
  /** Why the last action was refused. */
  const refusal = shallowRef<ApiProblem>()

  const polls = computed(() => room.value?.polls ?? [])
  /** The key as requests need it. Without one the page has no actions. */
  const key = () => access.hostKey.value ?? ''

  /** Undefined where the server refused: then `refusal` says why. */
  async function act<T>(run: (hostKey: string) => Promise<T>): Promise<T | undefined> {
    refusal.value = undefined
    try {
      return await run(key())
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error
      refusal.value = error
      return undefined
    }
  }

  /** The same for what changes a poll: afterwards the room is read anew, with the log. */
  async function actOnPoll<T>(run: (hostKey: string) => Promise<T>): Promise<T | undefined> {
    const done = await act(run)
    await connection.load()
    return done
  }

  const requestKeys = createRequestKeys(code)

  /**
   * Does what must not be done twice: where the answer was lost, the next attempt is the same request, with the same key.
   *
   * @param what names the request
   */
  async function actOnce<T>(what: string, run: (hostKey: string, key: string) => Promise<T>): Promise<T | undefined> {
    const key = requestKeys.take(what)
    const done = await act((hostKey) => run(hostKey, key))
    requestKeys.settle(what, refusal.value)
    return done
  }

  /** By the key that it replaces: with another one it is another request. */
  const newKeyRequest = () => `new key for ${key()}`
  const isReplacingKey = shallowRef(requestKeys.isOpen(newKeyRequest()))

  async function makeNewKey(): Promise<boolean> {
    isReplacingKey.value = true
    const request = newKeyRequest()
    const answer = await actOnce(request, (hostKey, key) => api.replaceHostKey(code, hostKey, key))
    if (answer) access.replaceKey(answer.hostKey)
    // Where the answer was lost, the same request tells the new key: the page stays, to make it once more.
    isReplacingKey.value = requestKeys.isOpen(request)
    return answer !== undefined
  }

  // The page was left before the answer came: it may be that only the new key opens the room.
  onBeforeMount(() => isReplacingKey.value && makeNewKey())

  return {
    code,
    ...access,
    ...connection,
    polls,
    /** The poll that is on. */
    poll: computed(() => feed.value?.poll.value),
    snapshot: computed(() => feed.value?.snapshot.value),
    refusal: shallowReadonly(refusal),
    dismiss() {
      refusal.value = undefined
    },
    /** Whether the key is missing or opens nothing; not while it is being replaced, or may have been. */
    isLockedOut: computed(() => {
      if (!access.hostKey.value) return true
      if (isReplacingKey.value) return false
      return connection.end.value === 'unauthorized' || connection.problem.value?.code === 'invalid-host-key'
    }),
    act,
    actOnPoll,

    async changeRoom(change: RoomChange): Promise<Room | undefined> {
      const answer = await act((hostKey) => api.changeRoom(code, change, hostKey))
      if (answer) connection.take(answer)
      return answer
    },

    actOnce,

    /** @param round the one that ends */
    async startRound({ pollId, round }: Pick<Snapshot, 'pollId' | 'round'>): Promise<void> {
      await actOnce(`round ${round} of ${pollId}`, (hostKey, key) => api.startRound(pollId, hostKey, key))
      await connection.load()
    },

    async copyPoll(pollId: string): Promise<void> {
      await actOnce(`copy ${pollId}`, (hostKey, key) => api.copyPoll(pollId, hostKey, key))
      await connection.load()
    },

    changePoll: (pollId: string, change: PollChange): Promise<Poll | undefined> =>
      actOnPoll((hostKey) => api.changePoll(pollId, change, hostKey)),

    makeNewKey,

    /** Once more what the page is waiting for. */
    retry: (): Promise<unknown> => (isReplacingKey.value ? makeNewKey() : connection.load()),
  }
}
