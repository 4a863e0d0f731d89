import * as z from 'zod'

/** The same schema without the fields that it doesn't know, at any depth: of what a newer server sends, they are left out. */
export function tolerant<S extends z.ZodType>(schema: S): S
export function tolerant(schema: z.core.$ZodType): z.core.$ZodType {
  if (schema instanceof z.ZodObject) {
    const fields = Object.entries(schema.shape as z.core.$ZodShape)
    return z.object(Object.fromEntries(fields.map(([name, field]) => [name, tolerant(field as z.ZodType)])))
  }
  if (schema instanceof z.ZodArray) return z.array(tolerant(schema.element as z.ZodType))
  if (schema instanceof z.ZodUnion) return z.union(schema.options.map((option) => tolerant(option as z.ZodType)))
  if (schema instanceof z.ZodOptional) return z.optional(tolerant(schema.unwrap() as z.ZodType))
  if (schema instanceof z.ZodNullable) return z.nullable(tolerant(schema.unwrap() as z.ZodType))
  return schema
}
