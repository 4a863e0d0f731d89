import type { RouteConfig, ZodContentObject } from '@asteasolutions/zod-to-openapi'
import { type ProblemCode, problemStatus } from '@pollcast/shared/problem'
import type * as z from 'zod'
import type { headers, parameters } from './components.ts'
import { problemExample } from './examples.ts'
import { codesByStatus, WRITE } from './problem-codes.ts'

/** An answer that is no problem. */
export interface Answer {
  description: string
  content?: ZodContentObject
  headers?: readonly (keyof typeof headers)[]
}

const SECURITY = {
  host: [{ hostKey: [] }],
  /** With the host key one sees more. */
  viewer: [{}, { hostKey: [] }],
  /** What is needed depends on CREATE_POLLS. */
  creator: [{}, { createKey: [] }],
  admin: [{ adminKey: [] }],
  creatorOrHost: [{}, { createKey: [] }, { hostKey: [] }],
}

export interface Operation {
  method: 'get' | 'post' | 'patch' | 'delete'
  path: string
  tag: 'polls' | 'rooms' | 'streams' | 'exports' | 'admin' | 'server'
  summary: string
  /** The keys that are needed, or of use. */
  auth?: keyof typeof SECURITY
  parameters?: readonly (keyof typeof parameters)[]
  query?: z.ZodObject
  body?: ZodContentObject
  answers: Readonly<Record<number, Answer>>
  codes?: readonly ProblemCode[]
}

const HEADER_NAMES = {
  Location: 'Location',
  ETag: 'ETag',
  RetryAfter: 'Retry-After',
  ContentDisposition: 'Content-Disposition',
  PollcastVoter: 'Pollcast-Voter',
} satisfies Record<keyof typeof headers, string>

const headersOf = (names: Answer['headers'] = []) =>
  Object.fromEntries(names.map((name) => [HEADER_NAMES[name], { $ref: `#/components/headers/${name}` }]))

/** The operation as the generator takes it. */
export function routeConfigOf(operation: Operation): RouteConfig {
  const { method, path, tag, summary, auth, parameters = [], query, body, answers, codes = [] } = operation
  const all = method === 'get' ? codes : [...WRITE, ...codes]
  return {
    method,
    path,
    operationId: operationIdOf(operation),
    tags: [tag],
    summary,
    ...(auth && { security: SECURITY[auth] }),
    parameters: [...pathParametersOf(path), ...parameters].map((name) => ({ $ref: `#/components/parameters/${name}` })),
    request: { ...(query && { query }), ...(body && { body: { required: true, content: body } }) },
    responses: {
      ...Object.fromEntries(
        Object.entries(answers).map(([status, { description, content, headers }]) => [
          status,
          { description, ...(headers && { headers: headersOf(headers) }), ...(content && { content }) },
        ]),
      ),
      ...Object.fromEntries(
        [...codesByStatus(all)].map(([status, ofStatus]) => [status, problemResponse(status, ofStatus, method)]),
      ),
      default: { $ref: '#/components/responses/CommonProblem' },
    },
  }
}

function problemResponse(status: number, codes: readonly ProblemCode[], method: Operation['method']) {
  const schema = {
    allOf: [{ $ref: '#/components/schemas/Problem' }, { properties: { code: { enum: [...codes] } } }],
  }
  const isExample = codes.includes(problemExample.code)
  return {
    description: codes.join(', '),
    ...([429, problemStatus['store-unavailable']].includes(status) && { headers: headersOf(['RetryAfter']) }),
    content: {
      'application/problem+json': { schema, ...(isExample && { example: problemExample }) },
      // A browser that sends a form shows the answer to a person.
      ...(method === 'post' && { 'text/html': { schema: { type: 'string' as const } } }),
    },
  }
}

function pathParametersOf(path: string): (keyof typeof parameters)[] {
  if (path.includes('{number}')) return ['PollId', 'BurstNumber']
  if (path.includes('{id}')) return ['PollId']
  return path.includes('{code}') ? ['RoomCode'] : []
}

/** Such as `getPollsIdChartSvg`: from method and path, so that it stays as long as they do. */
const operationIdOf = ({ method, path }: Pick<Operation, 'method' | 'path'>): string =>
  method +
  path
    .replace(/^\/api/, '')
    .split(/[^a-z]+/i)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('')
