import type { Audiences, TopicToJoin } from './audiences.ts'
import { isNoNews } from './frame.ts'
import { Stream, type StreamWriter } from './stream.ts'

/**
 * Waits, as a stream that ends with its first event, for the topic to be newer than what the client has seen: for clients
 * that no stream gets through to. Resolves to true when it is newer, and to false after the timeout, when the signal is
 * aborted, or when the process closes its streams. Rejects as a stream would be refused.
 */
export async function waitForNewer(
  audiences: Audiences,
  topic: TopicToJoin,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<boolean> {
  audiences.returning.remove(topic.name)
  let stream: Stream | undefined
  let timer: NodeJS.Timeout | undefined
  let isOver = false
  try {
    return await new Promise<boolean>((resolve, reject) => {
      const writer: StreamWriter = {
        write(bytes) {
          if (!isNoNews(bytes)) resolve(true)
          return true
        },
        whenWritten: (written) => setImmediate(written),
        end: () => resolve(false),
        destroy: () => resolve(false),
      }
      timer = setTimeout(resolve, timeoutMs, false)
      signal.addEventListener('abort', () => resolve(false), { once: true })
      const open = () => {
        // The first read may have taken longer than the client was to wait.
        if (isOver || signal.aborted) return undefined
        stream = new Stream(writer)
        return stream
      }
      audiences.join([topic], open).catch(reject)
    })
  } finally {
    isOver = true
    clearTimeout(timer)
    if (stream) {
      if (!signal.aborted) audiences.returning.answered(topic.name)
      audiences.leave(stream)
    }
  }
}
