import { expect, test } from 'vitest'
import * as z from 'zod'
import { tolerant } from './tolerant.ts'

const leaf = z.strictObject({ a: z.number().min(1) })

test.each<[string, z.ZodType, unknown, unknown]>([
  ['an object', leaf, { a: 1, b: 2 }, { a: 1 }],
  ['a list', z.array(leaf), [{ a: 1, b: 2 }], [{ a: 1 }]],
  ['a field', z.strictObject({ leaf }), { leaf: { a: 1, b: 2 }, c: 3 }, { leaf: { a: 1 } }],
  ['a union', z.union([leaf, z.null()]), { a: 1, b: 2 }, { a: 1 }],
  ['a nullable', leaf.nullable(), { a: 1, b: 2 }, { a: 1 }],
  ['an optional field', z.strictObject({ leaf: leaf.optional() }), { leaf: { a: 1, b: 2 } }, { leaf: { a: 1 } }],
])('unknown fields of %s are left out', (_, schema, value, expected) => {
  expect(schema.safeParse(value).success).toBe(false)
  expect(tolerant(schema).parse(value)).toEqual(expected)
})

test('what is known is still checked', () => {
  const schema = tolerant(z.strictObject({ leaves: z.array(leaf) }))
  expect(schema.safeParse({ leaves: [{ a: 0 }] }).success).toBe(false)
  expect(schema.safeParse({}).success).toBe(false)
})
