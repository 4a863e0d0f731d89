import { onScopeDispose } from 'vue'
import { openChannel } from '../browser/channel.ts'

/**
 * Receives messages from the browser's other tabs while the scope lives, and returns a function that sends them one.
 * Without a channel between tabs nothing is sent or received: each tab's stream has the numbers anyway.
 */
export function useOtherTabs<T>(name: string, onMessage: (message: T) => void): (message: T) => void {
  const channel = openChannel<T>(name, onMessage)
  onScopeDispose(() => channel?.close())
  return (message) => channel?.post(message)
}
