import { zodToOpenAPIRegistry } from '@asteasolutions/zod-to-openapi'
import { choiceFieldsSchema, choiceIdsSchema, choiceTextsSchema } from '@pollcast/shared/kinds/choice'
import { limits } from '@pollcast/shared/limits'
import { pollListSchema, pollSchema, sharedPollSchema, snapshotSchema, votedSchema } from '@pollcast/shared/poll'
import { problemSchema } from '@pollcast/shared/problem'
import { challengeSchema } from '@pollcast/shared/proof-of-work'
import { resultsSchema, roomResultsSchema } from '@pollcast/shared/results'
import { roomEventSchema, roomSchema } from '@pollcast/shared/room'
import { roundsSchema } from '@pollcast/shared/rounds'
import type * as z from 'zod'

/** The schemas that are named in the document. */
const named = {
  Problem: problemSchema,
  Challenge: challengeSchema,
  Snapshot: snapshotSchema,
  Voted: votedSchema,
  SharedPoll: sharedPollSchema,
  Poll: pollSchema,
  PollList: pollListSchema,
  Room: roomSchema,
  RoomEvent: roomEventSchema,
  Rounds: roundsSchema,
  Results: resultsSchema,
  RoomResults: roomResultsSchema,
}

/** These lists are checked by length before their members are, by a schema that says nothing of it to the generator. */
const described: [z.ZodType, Parameters<typeof zodToOpenAPIRegistry.add>[1]][] = [
  [
    choiceTextsSchema,
    {
      type: 'array',
      items: { type: 'string', minLength: 1, maxLength: limits.choiceLength },
      minItems: limits.minChoices,
      maxItems: limits.maxChoices,
    },
  ],
  [
    choiceIdsSchema,
    { type: 'array', items: { type: 'integer', minimum: 1 }, minItems: 1, maxItems: limits.maxChoices },
  ],
  [
    choiceFieldsSchema,
    { type: 'array', items: { type: 'integer', minimum: 1 }, minItems: 1, maxItems: limits.maxChoices },
  ],
]

/**
 * The named schemas, as the generator knows them. Their names and descriptions are put into its registry: `.openapi()` would
 * make other schemas than those that the rest of the contract consists of, and they would be written out wherever they occur.
 */
export function registerSchemas(): z.ZodType[] {
  for (const [schema, description] of described) zodToOpenAPIRegistry.add(schema, description)
  for (const [refId, schema] of Object.entries(named)) zodToOpenAPIRegistry.add(schema, { _internal: { refId } })
  return Object.values(named)
}
