import { useTitle } from '@vueuse/core'
import { useSiteName } from '../context.ts'

export function usePageTitle(title: () => string): void {
  const siteName = useSiteName()
  // A function, because a string template would replace patterns like `$&` in a poll's question.
  useTitle(title, { titleTemplate: (text) => `${text} · ${siteName}`, restoreOnUnmount: false })
}
