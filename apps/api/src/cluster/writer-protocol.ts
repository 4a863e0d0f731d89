import type { ProblemCode } from '@pollcast/shared/problem'
import { PollError } from '../polls/errors.ts'

/** One call of a command. Arguments and results are plain JSON data. */
export interface Call {
  command: string
  args: readonly unknown[]
}

/** The results of several calls, in their order. */
export interface Results {
  results: readonly Result[]
  /** The objects that results have as fields. An object that several results share is sent once. */
  objects: readonly object[]
}

type Result = { value: unknown; objectFields?: Record<string, number> } | { error: ErrorData }

interface ErrorData {
  message: string
  stack?: string | undefined
  /** All fields of a PollError. Other errors have a stack instead. */
  pollError?: { code: ProblemCode }
}

export function encodeResults(settled: readonly PromiseSettledResult<unknown>[]): Results {
  const indexes = new Map<object, number>()
  const results = settled.map((one) => {
    return one.status === 'rejected' ? { error: encodeError(one.reason) } : encodeValue(one.value, indexes)
  })
  return { results, objects: [...indexes.keys()] }
}

/** Returns the same results and errors. Results that shared an object share one again. */
export function decodeResults({ results, objects }: Results): PromiseSettledResult<unknown>[] {
  return results.map((result) => {
    if ('error' in result) return { status: 'rejected', reason: decodeError(result.error) }
    const { value, objectFields } = result
    if (!objectFields) return { status: 'fulfilled', value }
    const fields = Object.entries(objectFields).map(([name, index]) => [name, objects[index]])
    return { status: 'fulfilled', value: Object.assign(value as object, Object.fromEntries(fields)) }
  })
}

function encodeValue(value: unknown, indexes: Map<object, number>): Result {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { value }
  const plain: Record<string, unknown> = {}
  const objectFields: Record<string, number> = {}
  for (const [name, field] of Object.entries(value)) {
    if (typeof field !== 'object' || field === null) {
      plain[name] = field
      continue
    }
    const index = indexes.get(field) ?? indexes.size
    indexes.set(field, index)
    objectFields[name] = index
  }
  return { value: plain, objectFields }
}

function encodeError(error: unknown): ErrorData {
  if (!(error instanceof Error)) return { message: String(error) }
  const { message, stack } = error
  if (!(error instanceof PollError)) return { message, stack }
  // The cause stays in the process in which it happened.
  const { cause: _, ...pollError } = error
  return { message, pollError }
}

function decodeError({ message, stack, pollError }: ErrorData): Error {
  if (pollError) return Object.assign(new PollError(pollError.code, message), pollError)
  return Object.assign(new Error(message), { stack })
}
