import { webLocks } from '../browser/web-locks.ts'
import type { Access } from './access.ts'
import { openSharedStream } from './shared-stream.ts'
import { Shown } from './shown.ts'
import { openStream, type StreamHandle, type StreamState } from './stream-client.ts'
import { deliver, type Told, type ToldListener } from './told.ts'
import { apiBaseOf, type Topics } from './topics.ts'
import { isOwnVoter } from './voter-token.ts'

export interface StreamListener extends ToldListener {
  onState(state: StreamState): void
}

interface TabStreamOptions extends StreamListener {
  /** What is watched at this address: when all of it has ended, so has the stream. */
  topics: Topics
  access?: Access
  /** What the page came with. */
  served?: Told | undefined
}

type SharedStream = NonNullable<ReturnType<typeof openSharedStream>>

/** One for each API that the tab's pages are live from. */
const sharedStreams = new Map<string, SharedStream>()

/**
 * A stream for this tab: shared with the browser's other tabs if the browser allows that, or else its own. With a host key
 * or a one-time code it is always its own: neither is told to other tabs, nor what only its holder may see. So is one of a page
 * that is a voter of its own, and one that shows what everybody sees.
 */
export function openTabStream(
  url: string,
  { topics, access = {}, served, ...listener }: TabStreamOptions,
): StreamHandle {
  const { hostKey, code, isAnonymous } = access
  const told = { onTold: (one: Told) => deliver(one, listener), onState: listener.onState }
  const openOwn = () => {
    const shown = new Shown()
    if (served) shown.begin(served)
    return openStream({ ...told, addressOf: () => url, topics, access, shown })
  }
  if (hostKey || code || isAnonymous || isOwnVoter()) return openOwn()

  let isClosed = false
  let own: StreamHandle | undefined
  const shared = sharedStreamOf(apiBaseOf(url))?.subscribe({
    ...told,
    topics,
    served,
    onRefused() {
      if (!isClosed) own = openOwn()
    },
  })
  if (!shared) own = openOwn()
  const current = () => own ?? shared
  return {
    reconnect: () => current()?.reconnect(),
    reconnectIfSilent: () => current()?.reconnectIfSilent(),
    close() {
      isClosed = true
      current()?.close()
    },
  }
}

function sharedStreamOf(base: string): SharedStream | undefined {
  const known = sharedStreams.get(base)
  if (known?.isOpen()) return known
  const opened = openSharedStream(base, webLocks())
  if (opened) sharedStreams.set(base, opened)
  return opened
}
