import { type Problem, type ProblemCode, problemSchema, problemStatus } from '@pollcast/shared/problem'
import { expect } from 'vitest'
import type * as z from 'zod'

/** The body of an answer of this status, which must be JSON of exactly this shape. */
export async function readAs<S extends z.ZodType>(schema: S, status: number, response: Response): Promise<z.infer<S>> {
  const text = await response.text()
  expect(response.status, text).toBe(status)
  expect(response.headers.get('Content-Type')).toMatch(/^application\/json\b/)
  return schema.parse(JSON.parse(text))
}

/** The body of a refusal with this code. Checks that every refusal follows RFC 9457 and reveals no internals. */
export async function readProblem(code: ProblemCode, response: Response): Promise<Problem> {
  const text = await response.text()
  expect(response.headers.get('Content-Type'), text).toMatch(/^application\/problem\+json\b/)
  const problem = problemSchema.parse(JSON.parse(text))
  expect(problem).toMatchObject({ code, status: problemStatus[code] })
  expect(response.status).toBe(problemStatus[code])
  expect(problem.detail).not.toBe('')
  expect(text).not.toMatch(/SQLITE|node_modules|\.[jt]s:\d|\bat \S+ \(/)
  return problem
}
