import type { ZodContentObject } from '@asteasolutions/zod-to-openapi'
import type * as z from 'zod'
import type { Answer } from '../operation.ts'

export const json = (schema: z.ZodType, example?: unknown): ZodContentObject => ({
  'application/json': { schema, ...(example !== undefined && { example }) },
})
export const text = (type: string): ZodContentObject => ({ [type]: { schema: { type: 'string' } } })

export const CSV = text('text/csv')
export const FILE = ['ETag', 'ContentDisposition'] as const
export const NOT_MODIFIED: Answer = { description: 'The client has it as it is.', headers: ['ETag'] }
export const NO_NEWS: Answer = { description: 'There is nothing newer than what `after` names.' }
export const NOTHING: Answer = { description: 'Done.' }
