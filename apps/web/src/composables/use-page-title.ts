import { useTitle } from '@vueuse/core'

export function usePageTitle(title: () => string): void {
  // A function, because a string template would replace patterns like `$&` in a poll's question.
  useTitle(title, { titleTemplate: (text) => `${text} · Pollcast`, restoreOnUnmount: false })
}
