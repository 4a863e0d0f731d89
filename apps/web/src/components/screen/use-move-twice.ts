import { useTimeoutFn } from '@vueuse/core'
import { type Ref, shallowReadonly, shallowRef } from 'vue'
import { ApiProblem } from '../../api/api-problem.ts'
import { useApi } from '../../context.ts'
import { t } from '../../i18n/index.ts'
import { problemText } from '../../i18n/problem-text.ts'

/** How long what a key would do is shown, and can be confirmed. */
const CONFIRM_MS = 6_000

/**
 * The next or previous question of the room, for its host. The first press says which one it is, the second shows it to
 * everybody: a clicker that falls to the floor moves nothing. No poll is closed by it, and the way back is the same.
 */
export function useMoveTwice(
  code: string,
  hostKey: Readonly<Ref<string | undefined>>,
  currentPollId: () => string | null,
) {
  const api = useApi()
  const hint = shallowRef('')
  let announced: { pollId: string; by: number } | undefined
  const { start: restart, stop } = useTimeoutFn(cancel, CONFIRM_MS, { immediate: false })

  function cancel(): void {
    announced = undefined
    hint.value = ''
    stop()
  }

  function say(text: string, target?: typeof announced): void {
    announced = target
    hint.value = text
    restart()
  }

  async function announce(by: number, key: string): Promise<void> {
    const { polls = [] } = await api.getRoom(code, { hostKey: key })
    const place = polls.findIndex(({ id }) => id === currentPollId())
    const target = polls[place < 0 && by < 0 ? polls.length - 1 : place + by]
    if (!target) return say(by > 0 ? t('screen.no-next') : t('screen.no-previous'))
    const name = by > 0 ? 'screen.confirm-next' : 'screen.confirm-previous'
    say(t(name, { question: target.question }), { pollId: target.id, by })
  }

  return {
    hint: shallowReadonly(hint),
    cancel,
    /** @param by 1 for the next one, -1 for the one before */
    async step(by: 1 | -1): Promise<void> {
      const key = hostKey.value
      if (!key) return
      try {
        if (announced?.by !== by) return await announce(by, key)
        const { pollId } = announced
        cancel()
        await api.changeRoom(code, { currentPollId: pollId, closePrevious: false }, key)
      } catch (error) {
        if (!(error instanceof ApiProblem)) throw error
        say(problemText(error))
      }
    },
  }
}
