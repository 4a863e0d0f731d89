import { isDeepStrictEqual } from 'node:util'
import { type Snapshot, snapshotSchema } from '@pollcast/shared/poll'
import { createParser } from 'eventsource-parser'
import * as z from 'zod'

/**
 * What is wrong with frames that end on this snapshot, or undefined: each must be a whole `update` with a snapshot as
 * its data and its poll and revision in its id, newer than the one before it.
 */
export function frameFailure(text: string, last: unknown): string | undefined {
  let failure: string | undefined
  let shown: unknown
  let revision = -1
  const parser = createParser({
    onEvent: ({ event, id, data }) => {
      const parsed = snapshotSchema.safeParse(json(data))
      if (!parsed.success) failure = 'a frame without a snapshot'
      else if (event !== 'update' || !isIdOf(parsed.data, id)) failure = `an event "${event}" with id "${id}"`
      else if (parsed.data.revision <= revision) failure = 'a revision that was not newer'
      revision = parsed.data?.revision ?? revision
      shown = parsed.data
    },
  })
  // Where HTTP cut the body into chunks, their sizes stand between CRs; frames have none.
  parser.feed(text.replace(/^\r\n|(^|\r\n)[0-9a-f]+\r\n|\r\n$/g, ''))
  return (
    failure ??
    (isDeepStrictEqual(content(shown), content(last)) ? undefined : 'another last snapshot than the last vote gave')
  )
}

/** What all who see the poll are shown alike; the answer to a vote also has what is the voter's own. */
const contentSchema = z.object(snapshotSchema.shape).omit({ now: true, age: true })

const content = (snapshot: unknown) => contentSchema.safeParse(snapshot).data

/** `EPOCH.POLL.VIEW.REVISION.MAC` */
const isIdOf = ({ pollId, view, revision }: Snapshot, id = '') => {
  return id.split('.').slice(1, 4).join('.') === `${pollId}.${view}.${revision}`
}

function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
