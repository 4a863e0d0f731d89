import { useEventListener } from '@vueuse/core'
import { type Ref, shallowReadonly, shallowRef } from 'vue'
import { ApiProblem } from '../../api/api-problem.ts'
import { useFragment } from '../../composables/use-fragment.ts'
import { useApi } from '../../context.ts'
import { problemText } from '../../i18n/problem-text.ts'

/** As they are made: 24 bytes in base64url. */
const HOST_KEY = /^[\w-]{32}$/

interface OpenMessage {
  type: 'pollcast:open'
  pollId?: string
}

/**
 * Has the page around the frame put a poll on, as when its slide is shown: by `postMessage({ type: 'pollcast:open' })`, with
 * `pollId` where the frame is a room's. Only with the host's key behind the `#` of the frame's address, which is kept
 * nowhere: so only in the browser of the host, from the page that they gave it to.
 *
 * @param pollId the poll that a message without one is about
 * @returns why the last message had no effect; empty if it had
 */
export function useOpenMessages(
  roomCode: () => string,
  pollId: () => string | undefined = () => undefined,
): Readonly<Ref<string>> {
  const api = useApi()
  const problem = shallowRef('')
  let hostKey: string | undefined

  useFragment((fragment) => {
    if (HOST_KEY.test(fragment)) hostKey = fragment
  })

  useEventListener(window, 'message', async ({ source, data }: MessageEvent<Partial<OpenMessage> | undefined>) => {
    if (window.parent === window || source !== window.parent || data?.type !== 'pollcast:open' || !hostKey) return
    const wanted = data.pollId ?? pollId()
    if (typeof wanted !== 'string') return
    problem.value = ''
    try {
      await api.changeRoom(roomCode(), { currentPollId: wanted, closePrevious: false }, hostKey)
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error
      problem.value = problemText(error)
    }
  })
  return shallowReadonly(problem)
}
