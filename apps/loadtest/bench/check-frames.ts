import { isDeepStrictEqual } from 'node:util'
import { snapshotSchema } from '@pollcast/shared/poll'
import { createParser } from 'eventsource-parser'

/**
 * What is wrong with frames that end on this snapshot, or undefined: each must be a whole `update` with a snapshot as
 * its data and its revision as its id, newer than the one before it.
 */
export function frameFailure(text: string, last: unknown): string | undefined {
  let failure: string | undefined
  let shown: unknown
  let revision = -1
  const parser = createParser({
    onEvent: ({ event, id, data }) => {
      const parsed = snapshotSchema.safeParse(json(data))
      if (!parsed.success) failure = 'a frame without a snapshot'
      else if (event !== 'update' || id !== String(parsed.data.revision))
        failure = `an event "${event}" with id "${id}"`
      else if (parsed.data.revision <= revision) failure = 'a revision that was not newer'
      revision = parsed.data?.revision ?? revision
      shown = parsed.data
    },
  })
  // Where HTTP cut the body into chunks, their sizes stand between CRs; frames have none.
  parser.feed(text.replace(/^\r\n|(^|\r\n)[0-9a-f]+\r\n|\r\n$/g, ''))
  return failure ?? (isDeepStrictEqual(shown, last) ? undefined : 'another last snapshot than the last vote gave')
}

function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
