import { onScopeDispose } from 'vue'

/** Hears what the same browser's other tabs say under a name, and says things to them, while the scope lives. */
export function useOtherTabs<T>(name: string, onMessage: (message: T) => void): (message: T) => void {
  const channel = new BroadcastChannel(name)
  let isOpen = true
  channel.onmessage = ({ data }: MessageEvent<T>) => onMessage(data)
  onScopeDispose(() => {
    isOpen = false
    channel.close()
  })
  return (message) => isOpen && channel.postMessage(message)
}
