import type { ProblemCode } from '@pollcast/shared/problem'
import type { TopicEnd } from './topics.ts'

/** Answers of the API itself that end what a stream is about. They are told, and it is not asked again. */
export const endReasons: Partial<Record<ProblemCode, TopicEnd['reason']>> = {
  'poll-deleted': 'deleted',
  'room-deleted': 'deleted',
  'invalid-host-key': 'unauthorized',
}

/** Whether there is no such poll or room, and never was. */
export const isMissing = (code: ProblemCode | undefined): boolean =>
  code === 'poll-not-found' || code === 'room-not-found'
