import { OpenAPIRegistry, OpenApiGeneratorV32 } from '@asteasolutions/zod-to-openapi'
import { headers, parameters, responses, schemas, securitySchemes } from './components.ts'
import { routeConfigOf } from './operation.ts'
import { operations } from './operations/index.ts'
import { registerSchemas } from './schemas.ts'
import { webhookConfig } from './webhook.ts'

export type OpenApiDocument = ReturnType<OpenApiGeneratorV32['generateDocument']>

const DESCRIPTION = `Live polls: a vote is a POST, and every open stream gets the new results.

Voters are known by a cookie, or by a one-time code. What the asker may not see is not in the answer: \`votes\` and \`totalVotes\` are
null, and files of results are refused. Errors are problems of RFC 9457: programs look at their \`code\`, which stays as it is.`

/** The API, described by OpenAPI 3.2: made from the schemas that check what is sent, and the list of operations. */
export function openApiDocument(basePath = ''): OpenApiDocument {
  const named = registerSchemas().map((schema) => ({ type: 'schema' as const, schema }))
  const registry = new OpenAPIRegistry()
  for (const [name, schema] of Object.entries(schemas)) registry.registerComponent('schemas', name, schema as never)
  for (const [name, one] of Object.entries(parameters)) registry.registerComponent('parameters', name, one as never)
  for (const [name, header] of Object.entries(headers)) registry.registerComponent('headers', name, header as never)
  for (const [name, response] of Object.entries(responses))
    registry.registerComponent('responses', name, response as never)
  for (const [name, scheme] of Object.entries(securitySchemes))
    registry.registerComponent('securitySchemes', name, scheme)
  for (const operation of operations) registry.registerPath(routeConfigOf(operation))
  registry.registerWebhook(webhookConfig)
  // The named ones first: one that is first met where it may be null would be one that may be null everywhere.
  const document = new OpenApiGeneratorV32([...named, ...registry.definitions]).generateDocument({
    openapi: '3.2.0',
    info: { title: 'Pollcast', version: '1', description: DESCRIPTION, license: { name: 'MIT', identifier: 'MIT' } },
    servers: [{ url: basePath || '/' }],
    tags: [
      { name: 'polls' },
      { name: 'rooms' },
      {
        name: 'streams',
        description: 'Server-sent events: read them with EventSource, or with fetch to send a host key.',
      },
      { name: 'exports', description: 'Files to keep.' },
      { name: 'admin', description: 'For who runs the server, where it has an `ADMIN_KEY`.' },
      { name: 'server' },
      { name: 'webhooks', description: 'What the server tells WEBHOOK_URL.' },
    ],
  })
  return JSON.parse(JSON.stringify(document), orNull)
}

/**
 * A named schema or null: the generator writes that it is the schema and may be null besides, which no null can be.
 *
 * @returns the value as it should be
 */
function orNull(_key: string, value: unknown): unknown {
  const [ref, more] = (value as { allOf?: { $ref?: string; type?: unknown }[] } | null)?.allOf ?? []
  const isNullable = ref?.$ref !== undefined && Array.isArray(more?.type) && more.type.includes('null')
  return isNullable ? { oneOf: [ref, { type: 'null' }] } : value
}
