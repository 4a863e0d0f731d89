import type { ProblemCode } from '@pollcast/shared/problem'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { openApiDocument } from '../src/http/openapi/document.ts'
import { COMMON, WRITE } from '../src/http/openapi/problem-codes.ts'

export interface ResponseObject {
  $ref?: string
  content?: Record<string, { schema?: object; itemSchema?: object; example?: unknown }>
  headers?: Record<string, object>
}

export interface OperationObject {
  responses: Record<string, ResponseObject>
  requestBody?: { content: Record<string, { schema?: object; example?: unknown }> }
}

export const document = openApiDocument()

/** Path, method and operation of each. */
export const documented = Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
  Object.entries(item as Record<string, OperationObject>).map(([method, operation]) => ({ path, method, operation })),
)

// What an OpenAPI document has beside JSON Schema is no error of a schema.
const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false })
ajv.addSchema(document as object, 'openapi')

const validators = new Map<string, ValidateFunction>()

/** What is wrong with a value, by the schema at this place of the document; empty where it fits. */
export function faultsOf(value: unknown, ...place: string[]): string {
  const pointer = place
    .map((step) => `/${encodeURIComponent(step.replaceAll('~', '~0').replaceAll('/', '~1'))}`)
    .join('')
  const validate = validators.get(pointer) ?? ajv.compile({ $ref: `openapi#${pointer}` })
  validators.set(pointer, validate)
  return validate(value) ? '' : ajv.errorsText(validate.errors, { dataVar: 'body' })
}

const patterns = documented.map((one) => ({
  ...one,
  pattern: new RegExp(`^${one.path.replaceAll('.', '\\.').replace(/\{\w+\}/g, '[^/]+')}/?$`, 'i'),
}))

const TYPE = 'Content-Type'

/**
 * How an answer differs from what the document says of its route: its status, its type, and its body where that is JSON.
 * Undefined where it fits.
 */
export async function misfitOf(method: string, path: string, response: Response): Promise<string | undefined> {
  const onPath = patterns.filter(({ pattern }) => pattern.test(path))
  const found = onPath.find((one) => one.method === method.replace('HEAD', 'GET').toLowerCase())
  const type = response.headers.get(TYPE)?.replace(/;.*/, '') ?? ''
  const isProblem = type === 'application/problem+json'
  const named = found?.operation.responses[response.status]
  if (!found || !named) {
    if (!isProblem) return `answered ${response.status} ${type}, which the document does not list`
    const { code } = (await jsonOf(response)) ?? {}
    return code === undefined || [...COMMON, ...WRITE].includes(code as ProblemCode)
      ? undefined
      : `has the code ${code}, which the document does not list`
  }
  if (response.headers.has('ETag') && !named.headers?.ETag) return 'has an ETag, which the document does not list'
  const content = named.content ?? {}
  if (type === '') return Object.keys(content).length > 0 && method !== 'HEAD' ? 'has no body' : undefined
  if (!(type in content)) {
    // Koa's redirects have a text for people.
    return response.status === 303 ? undefined : `has the type ${type}, which the document does not list`
  }
  if (method === 'HEAD' || !/json$/.test(type)) return undefined
  const body = await jsonOf(response)
  if (body === undefined) return undefined
  const steps = ['paths', found.path, found.method, 'responses', String(response.status), 'content', type, 'schema']
  const faults = faultsOf(body, ...steps)
  return faults === '' ? undefined : `${response.status}: ${faults}`
}

/** Undefined where the answer was cut off: some tests see to that. */
const jsonOf = (response: Response): Promise<{ code?: string } | undefined> =>
  response
    .clone()
    .json()
    .then((body) => body as { code?: string })
    .catch(() => undefined)
