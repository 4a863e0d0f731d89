import { attempt } from './attempt.ts'

/**
 * A channel without BroadcastChannel, which browsers may lack (Safari before 15.4) or refuse: of what one tab writes to the
 * storage that they share, the browser tells the others. Nothing stays there. Undefined where there is no storage either.
 */
export function openStorageChannel<T>(name: string, onMessage: (message: T) => void) {
  const key = `pollcast.channel ${name}`
  const write = (text: string) =>
    attempt(() => {
      localStorage.setItem(key, text)
      localStorage.removeItem(key)
      return true
    }) ?? false
  const listen = ({ key: changed, newValue }: StorageEvent) => {
    if (changed === key && newValue) onMessage(JSON.parse(newValue))
  }
  let isOpen = write('') && typeof addEventListener === 'function'
  if (!isOpen) return undefined
  addEventListener('storage', listen)
  return {
    post: (message: T) => isOpen && write(JSON.stringify(message)),
    close() {
      isOpen = false
      removeEventListener('storage', listen)
    },
  }
}
