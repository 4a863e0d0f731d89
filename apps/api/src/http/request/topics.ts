import { limits } from '@pollcast/shared/limits'
import type { Context } from 'koa'
import type { TopicToJoin } from '../../live/audiences.ts'
import { hostName, parseTopic, topicOf } from '../../polls/topics.ts'
import type { RouteParts } from '../parts.ts'
import { isHost, type Viewer, viewerOf } from './viewer.ts'

/** Who asks for what, and on which topics that is. */
export interface Asked {
  viewer: Viewer
  subjects: readonly string[]
  topics: readonly string[]
}

/** The topics of the views that the asker has. Rejects with a PollError where something is not there, or the key is wrong. */
export async function topicsFor(ctx: Context, subjects: readonly string[], parts: RouteParts): Promise<Asked> {
  const { voters, voterStreams, reader } = parts
  const viewer = viewerOf(ctx, voters.find(ctx))
  const { voter } = viewer
  const topicFor = async (subject: string): Promise<string> => {
    const { kind, id } = parseTopic(topicOf(subject, 'public'))
    if (viewer.hostKeyHash !== undefined) {
      const { room } = kind === 'poll' ? await reader.find(id) : await reader.findRoom(id)
      isHost(viewer, room)
      return topicOf(subject, hostName(room.hostKeyHash))
    }
    return voter && kind !== 'watching' ? voterStreams.topicFor(subject, voter) : topicOf(subject, 'public')
  }
  return { viewer, subjects, topics: await Promise.all(subjects.map(topicFor)) }
}

/**
 * The topics with what the client has seen of them, on a connection to any node: by its Last-Event-ID (WHATWG HTML,
 * section 9.2.4), or as many ids as it likes in `?after=`. What is no id of ours says nothing.
 */
export function shownOf(ctx: Context, topics: readonly string[], { eventIds }: RouteParts): TopicToJoin[] {
  const after = ctx.query.after ?? []
  const texts = [ctx.get('Last-Event-ID'), ...(typeof after === 'string' ? after.split(',') : after)]
  const ids = texts.slice(0, limits.pageSize + 1).flatMap((text) => eventIds.read(text) ?? [])
  return topics.map((name) => {
    const { id, view } = parseTopic(name)
    const shown = ids.find((one) => one.id === id && one.view === view)?.revision
    return shown === undefined ? { name } : { name, shown }
  })
}
