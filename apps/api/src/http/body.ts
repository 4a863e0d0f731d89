import type { Context } from 'koa'
import getRawBody from 'raw-body'
import type * as z from 'zod'
import { RequestError } from './problem.ts'

/** Bytes. The largest poll that may be made, in the wordiest script, takes less. */
const LIMIT = 32 * 1024

export type Body = { kind: 'json'; value: unknown } | { kind: 'form'; value: URLSearchParams }

/** Reads a JSON or form body. Throws a RequestError that says which it wanted, or what was wrong with it. */
export async function readBody(ctx: Context): Promise<Body> {
  const kind = ctx.is('json', 'urlencoded')
  if (ctx.headers['content-encoding'] !== undefined) {
    throw new RequestError('unsupported-media-type', 'Send the body as it is, with no Content-Encoding.')
  }
  if (!kind) {
    throw new RequestError(
      'unsupported-media-type',
      'Send the body as application/json or application/x-www-form-urlencoded, and say so in Content-Type.',
    )
  }
  const text = await readText(ctx)
  if (kind === 'urlencoded') return { kind: 'form', value: new URLSearchParams(text) }
  try {
    return { kind: 'json', value: JSON.parse(text) }
  } catch (error) {
    throw new RequestError('malformed-json', `The body is not JSON: ${(error as Error).message}.`)
  }
}

/** Reads a body that only makes sense as JSON. */
export async function readJson<S extends z.ZodType>(ctx: Context, schema: S): Promise<z.infer<S>> {
  const body = await readBody(ctx)
  if (body.kind === 'form') throw new RequestError('unsupported-media-type', 'Send the body as application/json.')
  return conform(schema, body.value, 'invalid-body')
}

/** Holds what came against its schema. Throws a RequestError that names every field that is wrong. */
export function conform<S extends z.ZodType>(
  schema: S,
  value: unknown,
  code: 'invalid-body' | 'invalid-query',
): z.infer<S> {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const errors = parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }))
  const detail = errors.map(({ path, message }) => (path ? `${path}: ${message}` : message)).join('; ')
  throw new RequestError(code, detail, errors)
}

async function readText(ctx: Context): Promise<string> {
  try {
    return (await getRawBody(ctx.req, { limit: LIMIT, length: ctx.request.length ?? null })).toString()
  } catch (error) {
    const { type } = error as getRawBody.RawBodyError
    if (type !== 'entity.too.large') throw new RequestError('malformed-request', 'The body did not arrive whole.')
    // What is still to come is not read: the connection can't be used again.
    ctx.set('Connection', 'close')
    throw new RequestError('body-too-large', `The body may have ${LIMIT} bytes at most.`)
  }
}
