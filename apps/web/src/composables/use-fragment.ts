import { watch } from 'vue'
import { useRoute, useRouter } from 'vue-router'

/**
 * Passes on what stands behind the `#` of the page's address, and takes it out of the address at once: keys and codes get
 * into no history, bookmark or screenshot. Also where another such link is opened in the same tab.
 */
export function useFragment(take: (fragment: string) => void): void {
  const route = useRoute()
  const router = useRouter()
  watch(
    () => route.hash,
    (hash) => {
      const fragment = hash.slice(1)
      if (fragment === '') return
      take(fragment)
      void router.replace({ path: route.path, query: route.query, hash: '' })
    },
    { immediate: true },
  )
}
