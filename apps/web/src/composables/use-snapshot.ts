import type { Poll } from '@pollcast/shared/poll'
import { onBeforeMount, watch } from 'vue'
import type { Access } from '../api/access.ts'
import { readEventId } from '../api/event-id.ts'
import { toldOf } from '../api/told.ts'
import { type Served, useApi } from '../context.ts'
import { createPollFeed, type PollFeed } from './poll-feed.ts'
import { useStream } from './use-stream.ts'

/**
 * A poll with the newest snapshot of it, by its own stream; and whether it has been deleted meanwhile.
 *
 * @param access the host's key or the voter's one-time code: with it, and whenever it changes, the poll is read anew
 */
export function useSnapshot(
  { data, streamUrl = data.streamUrl, eventId = '' }: Served<Poll>,
  access: () => Access = () => ({}),
): PollFeed {
  const api = useApi()
  const state = useStream(
    {
      url: () => api.resolve(streamUrl),
      topics: () => ({ polls: [data.id] }),
      access,
      served: eventId ? toldOf(data, eventId) : undefined,
    },
    {
      onSnapshot: (snapshot) => onSnapshot(snapshot),
      onEnd: ({ reason }) => reason === 'deleted' && feed.markDeleted(),
    },
  )
  const { feed, onSnapshot, onPoll } = createPollFeed(data, state, readEventId(eventId)?.epoch)

  /** What the voter with this code has voted. Without an answer the poll is as everybody sees it. */
  async function reload(): Promise<void> {
    const poll = await api.getPoll(data.id, access()).catch(() => undefined)
    if (poll) onPoll(poll, poll)
  }
  if (access().code || access().hostKey) onBeforeMount(reload)
  watch([() => access().hostKey, () => access().code], () => void reload())
  return feed
}
