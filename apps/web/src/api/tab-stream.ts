import { webLocks } from '../browser/web-locks.ts'
import { openSharedStream } from './shared-stream.ts'
import { openStream, type StreamClient, type StreamOptions } from './stream-client.ts'

/**
 * A stream for this tab: shared with the browser's other tabs if the browser allows that, or else its own. With a host key
 * or a one-time code it is always its own: neither is told to other tabs, nor what only its holder may see. So is one that
 * shows what everybody sees.
 */
export function openTabStream(url: string, options: StreamOptions): StreamClient {
  const { hostKey, code, isAnonymous } = options.access ?? {}
  let own: StreamClient | undefined
  const openOwn = () => {
    own = openStream(url, options)
  }
  const locks = hostKey || code || isAnonymous ? undefined : webLocks()
  const shared = locks && openSharedStream(url, options, locks, openOwn)
  if (!shared) openOwn()
  const current = () => own ?? shared
  return {
    reconnect: () => current()?.reconnect(),
    reconnectIfSilent: () => current()?.reconnectIfSilent(),
    close: () => current()?.close(),
  }
}
