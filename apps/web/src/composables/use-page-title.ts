import { useTitle } from '@vueuse/core'
import { useServedPage } from '../context.ts'

export function usePageTitle(title: () => string): void {
  const { site } = useServedPage()
  // A function, because a string template would replace patterns like `$&` in a poll's question.
  useTitle(title, { titleTemplate: (text) => `${text} · ${site?.name ?? 'Pollcast'}`, restoreOnUnmount: false })
}
