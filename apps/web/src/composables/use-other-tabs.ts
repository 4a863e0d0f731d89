import { onScopeDispose } from 'vue'
import { openChannel } from '../browser/channel.ts'

/**
 * Hears what the same browser's other tabs say under a name, and says things to them, while the scope lives. Where the
 * browser has no channel between tabs, nothing is heard: the stream brings them the numbers all the same.
 */
export function useOtherTabs<T>(name: string, onMessage: (message: T) => void): (message: T) => void {
  const channel = openChannel<T>(name, onMessage)
  onScopeDispose(() => channel?.close())
  return (message) => channel?.post(message)
}
