import { attempt } from './attempt.ts'

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

/** A channel to this browser's other tabs of the same origin; undefined if the browser refuses it. */
export function openChannel<T>(name: string, onMessage: (message: T) => void): Channel<T> | undefined {
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
