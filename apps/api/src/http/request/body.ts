import { isUtf8 } from 'node:buffer'
import type { Context } from 'koa'
import type * as z from 'zod'
import { clip, PollError } from '../../polls/errors.ts'
import { invalidInput } from '../middleware/problem.ts'
import { parsePairs } from './form-encoding.ts'

/**
 * Bytes. The largest new poll takes 38 KB: 6,240 characters, each as \uXXXX (which is twice what UTF-8 takes in any script),
 * and what JSON has around them.
 */
const LIMIT = 40 * 1024

/** Bytes to begin with, for a body whose length is not known, or that does not come though it is. */
const FIRST_BYTES = 1024

/** Fields of a form. The largest ballot has fewer. */
const MAX_FIELDS = 100

/** Formats of bodies, with the media type that a client names. The value of a form has the values of each field, in their order. */
export type Body =
  | { format: 'json'; value: unknown }
  | { format: 'form'; value: ReadonlyMap<string, readonly string[]> }
  | { format: 'text'; value: string }

const MEDIA_TYPES = {
  json: 'application/json',
  form: 'application/x-www-form-urlencoded',
  text: 'text/plain',
} as const satisfies Record<Body['format'], string>

/** Reads a body in one of these formats. Throws a PollError that says what is wrong with it. */
export async function readBody<F extends Body['format']>(
  ctx: Context,
  ...formats: F[]
): Promise<Extract<Body, { format: F }>>
export async function readBody(ctx: Context, ...formats: Body['format'][]): Promise<Body> {
  if ((ctx.headers['content-encoding'] ?? 'identity') !== 'identity') {
    throw new PollError('unsupported-media-type', 'Send the body without a Content-Encoding.')
  }
  const format = formats.find((one) => ctx.is(one === 'json' ? 'json' : MEDIA_TYPES[one]))
  if (!format) {
    const accepted = formats.map((one) => MEDIA_TYPES[one]).join(' or ')
    throw new PollError('unsupported-media-type', `Send the body as ${accepted}, with that Content-Type.`)
  }
  refuseCharset(ctx)
  const text = await readText(ctx)
  if (format === 'text') return { format, value: text }
  if (format === 'form') return { format, value: parsePairs(text, MAX_FIELDS, 'invalid-body') }
  try {
    return { format, value: JSON.parse(text) }
  } catch (error) {
    throw new PollError('malformed-json', `The body is not JSON: ${(error as Error).message}.`)
  }
}

/** Reads a body that has to be JSON. */
export async function readJson<S extends z.ZodType>(ctx: Context, schema: S): Promise<z.infer<S>> {
  const { value } = await readBody(ctx, 'json')
  return validate(schema, value, 'invalid-body')
}

/** Returns the value as the schema parses it. Throws a PollError that names every invalid field. */
export function validate<S extends z.ZodType>(
  schema: S,
  value: unknown,
  code: 'invalid-body' | 'invalid-query',
): z.infer<S> {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw invalidInput(
    code,
    parsed.error.issues.flatMap((issue) => {
      const path = issue.path.join('.')
      if (issue.code === 'unrecognized_keys') {
        return issue.keys.map((key) => ({ path: [...issue.path, key].join('.'), message: 'There is no such field.' }))
      }
      const isNoObject = issue.code === 'invalid_type' && issue.expected === 'object'
      return [{ path, message: isNoObject ? 'Send a JSON object.' : issue.message }]
    }),
  )
}

/** In another character set, the bytes would be other characters. */
function refuseCharset(ctx: Context): void {
  const charsets = ctx.get('Content-Type').matchAll(/;\s*charset\s*=\s*"?([^\s";]*)/gi)
  for (const [, charset = ''] of charsets) {
    if (!/^utf-?8$/i.test(charset)) {
      throw new PollError('unsupported-media-type', `Send the body as UTF-8, not as "${clip(charset, 40)}".`)
    }
  }
}

/** The body's text, without a byte order mark (RFC 8259, section 8.1). */
async function readText(ctx: Context): Promise<string> {
  const bytes = await readBytes(ctx)
  if (!isUtf8(bytes)) throw new PollError('malformed-request', 'The body is not UTF-8 text.')
  const text = bytes.toString()
  return text.startsWith('\ufeff') ? text.slice(1) : text
}

/**
 * Copies the body into one buffer as it comes. Kept in its pieces, a body that is sent as chunks of one byte takes 80 times its
 * size, and as many as may be in flight take more memory than there is.
 */
function readBytes(ctx: Context): Promise<Buffer> {
  const { req } = ctx
  const { length = FIRST_BYTES } = ctx.request
  return new Promise((resolve, reject) => {
    const incomplete = () => reject(new PollError('malformed-request', 'The body is incomplete.'))
    if (length > LIMIT) return reject(tooLarge(ctx))
    if (!req.readable) return incomplete()
    let bytes = Buffer.allocUnsafe(Math.min(length, FIRST_BYTES))
    let size = 0
    const onData = (piece: Buffer) => {
      const end = size + piece.length
      if (end > LIMIT) {
        req.off('data', onData).pause()
        return reject(tooLarge(ctx))
      }
      if (end > bytes.length) bytes = Buffer.concat([bytes], Math.min(LIMIT, Math.max(end, 2 * bytes.length)))
      piece.copy(bytes, size)
      size = end
    }
    req.on('data', onData)
    req.on('end', () => {
      req.off('close', incomplete)
      resolve(bytes.subarray(0, size))
    })
    req.on('error', incomplete)
    req.on('close', incomplete)
  })
}

function tooLarge(ctx: Context): PollError {
  // The rest of the body stays unread, so the connection can't be used again.
  ctx.set('Connection', 'close')
  return new PollError('body-too-large', `The body is larger than ${LIMIT} bytes.`)
}
