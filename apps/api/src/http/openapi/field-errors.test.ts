import { expect, test } from 'vitest'
import * as z from 'zod'
import { operations } from './operations/index.ts'

const LONG = 'x'.repeat(2000)
const wrong = [
  undefined,
  null,
  true,
  5,
  -1,
  1.5,
  1e9,
  '',
  LONG,
  {},
  [],
  [null],
  [LONG],
  ['a', 'a'],
  [-1],
  Array(99).fill(1),
]

const bodies = operations.flatMap(({ method, path, body = {} }) =>
  Object.values(body)
    .map((content) => content && 'schema' in content && content.schema)
    .filter((schema) => schema instanceof z.ZodType)
    .map((schema): [string, string, z.ZodType] => [method, path, schema]),
)

/** How the schema library begins the sentences that it has of its own. */
const NOT_OURS = /^(Invalid|Too (big|small)|Expected|Unrecognized)/

test.each(bodies)('%s %s says of each wrong field what is wanted, in words for people', (_, __, schema) => {
  const { properties = {} } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
  for (const name of Object.keys(properties)) {
    for (const value of wrong) {
      const { error } = schema.safeParse({ [name]: value })
      for (const { message } of error?.issues ?? [])
        expect(message, `${name}: ${JSON.stringify(value)}`).not.toMatch(NOT_OURS)
    }
  }
})
