import type { Snapshot } from '@pollcast/shared/poll'
import { useTimeoutFn } from '@vueuse/core'
import { computed, type Ref, shallowRef, watch } from 'vue'
import type { PollFeed } from '../../composables/poll-feed.ts'
import { t } from '../../i18n/index.ts'

const HINT_MS = 5_000

/**
 * What of the results is on this screen: what everybody sees, unless they are hidden here; or what the host sees, where
 * they ask for it. With the next question the screen is back at what everybody sees, and goes on hiding what was hidden.
 *
 * @param isHostView set here, for whoever reads the room
 */
export function useShownResults(
  feed: Readonly<Ref<PollFeed | null>>,
  hostKey: Readonly<Ref<string | undefined>>,
  isHostView: Ref<boolean>,
) {
  const isHiddenHere = shallowRef(false)
  const hint = shallowRef('')
  const { start: clearHint } = useTimeoutFn(() => setHint(''), HINT_MS, { immediate: false })

  const shown = computed(() => {
    const snapshot = feed.value?.snapshot.value
    if (!snapshot) return undefined
    // The host's view is left at once, though what everybody sees comes a moment later.
    const isNotForAll = snapshot.view === 'host' && !isHostView.value
    return isHiddenHere.value || isNotForAll ? withoutResults(snapshot) : snapshot
  })
  const areShown = computed(() => shown.value?.resultsHidden === false)

  watch(
    () => feed.value?.poll.value.id,
    () => {
      isHostView.value = false
    },
  )

  function setHint(text: string): void {
    hint.value = text
    if (text) clearHint()
  }

  return {
    shown,
    areShown,
    hint,
    toggleResults(): void {
      const snapshot = feed.value?.snapshot.value
      if (!snapshot) return
      if (areShown.value) {
        // What only the host may see is not kept for the next time.
        if (isHostView.value) isHostView.value = false
        else isHiddenHere.value = true
        return
      }
      isHiddenHere.value = false
      if (!snapshot.resultsHidden) return
      if (hostKey.value) isHostView.value = true
      else setHint(t('screen.hidden-for-all'))
    },
  }
}

const withoutResults = (snapshot: Snapshot): Snapshot => ({
  ...snapshot,
  resultsHidden: true,
  totalVotes: null,
  choices: snapshot.choices.map((choice) => ({ ...choice, votes: null })),
})
