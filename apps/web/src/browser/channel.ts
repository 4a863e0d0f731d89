import { attempt } from './attempt.ts'
import { openStorageChannel } from './storage-channel.ts'

export interface Channel<T> {
  /** False if the browser did not take the message. */
  post(message: T): boolean
  close(): void
}

/** Whether the browser has channels between tabs. */
export function hasChannels(): boolean {
  const probe = openChannel('probe', () => {})
  probe?.close()
  return probe !== undefined
}

/** A channel to this browser's other tabs of the same origin; undefined if the browser refuses all that could be one. */
export const openChannel = <T>(name: string, onMessage: (message: T) => void): Channel<T> | undefined =>
  openBroadcastChannel(name, onMessage) ?? openStorageChannel(name, onMessage)

function openBroadcastChannel<T>(name: string, onMessage: (message: T) => void): Channel<T> | undefined {
  const channel = attempt(() => new BroadcastChannel(name))
  if (!channel) return undefined
  channel.onmessage = ({ data }: MessageEvent<T>) => onMessage(data)
  return {
    post: (message) =>
      attempt(() => {
        channel.postMessage(message)
        return true
      }) ?? false,
    close: () => attempt(() => channel.close()),
  }
}
