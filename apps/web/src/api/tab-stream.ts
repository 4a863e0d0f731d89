import { webLocks } from '../browser/web-locks.ts'
import { openSharedStream } from './shared-stream.ts'
import { openStream, type StreamClient, type StreamListener } from './stream-client.ts'

/** A stream for this tab: shared with the browser's other tabs if the browser allows that, or else its own. */
export function openTabStream(url: string, pollIds: readonly string[], listener: StreamListener): StreamClient {
  let own: StreamClient | undefined
  const openOwn = () => {
    own = openStream(url, pollIds, listener)
  }
  const locks = webLocks()
  const shared = locks && openSharedStream(url, pollIds, listener, locks, openOwn)
  if (!shared) openOwn()
  const current = () => own ?? shared
  return {
    reconnect: () => current()?.reconnect(),
    reconnectIfSilent: () => current()?.reconnectIfSilent(),
    close: () => current()?.close(),
  }
}
