import { watchEffect } from 'vue'

export function useTitle(title: () => string): void {
  watchEffect(() => {
    document.title = `${title()} · Pollcast`
  })
}
