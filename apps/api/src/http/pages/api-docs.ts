import { routes } from '@pollcast/shared/routes'
import type { OpenApiDocument } from '../openapi/document.ts'
import { type ApiExample, apiExamples } from './api-examples.ts'
import { escapeHtml } from './html.ts'

/** As much of OpenAPI as the document uses. */
interface Schema {
  $ref?: string
  type?: string | string[]
  const?: unknown
  enum?: unknown[]
  format?: string
  items?: Schema
  oneOf?: Schema[]
  anyOf?: Schema[]
  allOf?: Schema[]
  properties?: Record<string, Schema>
  required?: string[]
  default?: unknown
  description?: string
}
interface Parameter {
  $ref?: string
  name?: string
  in?: string
  required?: boolean
  description?: string
  schema?: Schema
}
interface Response {
  $ref?: string
  description?: string
  content?: Record<string, { schema?: Schema; itemSchema?: Schema }>
}
interface Operation {
  operationId?: string
  tags?: string[]
  summary?: string
  description?: string
  parameters?: Parameter[]
  requestBody?: { content?: Record<string, { schema?: Schema; example?: unknown }> }
  responses?: Record<string, Response>
}
interface Document {
  info: { description?: string }
  tags?: { name: string; description?: string }[]
  paths: Record<string, Record<string, Operation>>
  webhooks?: Record<string, Record<string, Operation>>
  components: {
    schemas: Record<string, Schema>
    parameters: Record<string, Parameter>
    responses: Record<string, Response>
  }
}

interface Named {
  title: string
  operation: Operation
}

/**
 * The body of the page that describes the API, made of the OpenAPI document: whatever that has is on it.
 *
 * @param url what people open: the examples ask it
 */
export function apiDocs(openApi: OpenApiDocument, url: string): string {
  const document = openApi as unknown as Document
  const named = [...operationsOf(document.paths), ...operationsOf(document.webhooks ?? {})]
  const sections = (document.tags ?? []).map(({ name, description }) => {
    const ofTag = named.filter(({ operation }) => operation.tags?.includes(name))
    return `<section><h2 id="${escapeHtml(name)}">${escapeHtml(name)}</h2>
${paragraphs(description)}${ofTag.map((one) => operationHtml(one, document)).join('\n')}</section>`
  })
  return `<h1>The API</h1>
${paragraphs(document.info.description)}
<p>For programs: <a href="${routes.openapi}">openapi.json</a>, OpenAPI 3.2.</p>
<nav><ul>${[...(document.tags ?? []).map(({ name }) => name), 'schemas'].map((name) => `<li><a href="#${name}">${name}</a></li>`).join('')}</ul></nav>
<section><h2 id="examples">From nothing to a result</h2>
${apiExamples(url).map(exampleHtml).join('\n')}</section>
${sections.join('\n')}
<section><h2 id="schemas">schemas</h2>
${Object.entries(document.components.schemas).map(schemaHtml).join('\n')}</section>`
}

const operationsOf = (paths: Document['paths']): Named[] =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ title: `${method.toUpperCase()} ${path}`, operation })),
  )

const exampleHtml = ({ title, commands }: ApiExample) =>
  `<h3>${escapeHtml(title)}</h3>\n<pre tabindex="0"><code class="shell">${escapeHtml(commands)}</code></pre>`

function operationHtml({ title, operation }: Named, { components }: Document): string {
  const { operationId = title, summary, description, parameters = [], requestBody, responses = {} } = operation
  const found = parameters.map((one) => (one.$ref ? (components.parameters[nameOf(one.$ref)] ?? {}) : one))
  return `<article id="${escapeHtml(operationId.replaceAll(/\W+/g, '-'))}">
<h3><code>${escapeHtml(title)}</code></h3>
<p>${escapeHtml(summary ?? '')}.</p>
${paragraphs(description)}${table(['Parameter', 'In', ''], found.map(parameterRow))}
${Object.entries(requestBody?.content ?? {})
  .map(([type, { schema, example }]) => bodyHtml(type, schema, example))
  .join('\n')}
${table(
  ['Answer', '', ''],
  Object.entries(responses).map(([status, one]) => responseRow(status, one, components.responses)),
)}
</article>`
}

const parameterRow = ({ name = '', in: place = '', required, description = '' }: Parameter) => [
  `<code>${escapeHtml(name)}</code>`,
  `${escapeHtml(place)}${required ? ', required' : ''}`,
  inline(description),
]

function bodyHtml(type: string, schema: Schema = {}, example?: unknown): string {
  const shown = typeof example === 'string' ? example : JSON.stringify(example, null, 2)
  return `<h4>Body, <code>${escapeHtml(type)}</code></h4>
${schema.properties ? fieldsTable(schema) : `<p>${typeHtml(schema)} ${inline(schema.description ?? '')}</p>`}
${shown ? `<pre tabindex="0"><code>${escapeHtml(shown)}</code></pre>` : ''}`
}

function responseRow(status: string, response: Response, named: Record<string, Response>): string[] {
  const { description = '', content = {} } = response.$ref ? (named[nameOf(response.$ref)] ?? {}) : response
  const bodies = Object.entries(content).map(
    ([type, { schema, itemSchema }]) => `<code>${escapeHtml(type)}</code> ${typeHtml(schema ?? itemSchema ?? {})}`,
  )
  return [escapeHtml(status), inline(description), bodies.join('<br>')]
}

const schemaHtml = ([name, schema]: [string, Schema]) => `<article id="schema-${escapeHtml(name)}">
<h3>${escapeHtml(name)}</h3>
${paragraphs(schema.description)}${schema.properties ? fieldsTable(schema) : `<p>${typeHtml(schema)}</p>`}
</article>`

const fieldsTable = ({ properties = {}, required = [] }: Schema) =>
  table(
    ['Field', 'Type', ''],
    Object.entries(properties).map(([name, field]) => [
      `<code>${escapeHtml(name)}</code>${required.includes(name) ? '' : ' (optional)'}`,
      typeHtml(field),
      inline([field.description, defaultOf(field)].filter(Boolean).join(' ')),
    ]),
  )

const defaultOf = ({ default: value }: Schema) => (value === undefined ? '' : `Default: \`${JSON.stringify(value)}\`.`)

/** A schema in a few words, with links to those that have a name. */
function typeHtml(schema: Schema): string {
  const { $ref, type, const: only, enum: options, format, items, properties } = schema
  if ($ref) return `<a href="#schema-${nameOf($ref)}">${escapeHtml(nameOf($ref))}</a>`
  const several = schema.oneOf ?? schema.anyOf
  if (several) return several.map(typeHtml).join(' or ')
  if (schema.allOf)
    return schema.allOf
      .filter((one) => one.$ref || one.type)
      .map(typeHtml)
      .join(' and ')
  if (only !== undefined) return `<code>${escapeHtml(JSON.stringify(only))}</code>`
  if (options) return options.map((one) => `<code>${escapeHtml(JSON.stringify(one))}</code>`).join(', ')
  if (items) return `list of ${typeHtml(items)}`
  if (properties) {
    const fields = Object.entries(properties).map(
      ([name, field]) => `<code>${escapeHtml(name)}</code>: ${typeHtml(field)}`,
    )
    return `{ ${fields.join(', ')} }`
  }
  return escapeHtml([[type].flat().join(' or '), format && `(${format})`].filter(Boolean).join(' '))
}

/** Rows of HTML; nothing where there are none. */
function table(head: string[], rows: string[][]): string {
  if (rows.length === 0) return ''
  const line = (tag: string, cells: string[]) => `<tr>${cells.map((cell) => `<${tag}>${cell}</${tag}>`).join('')}</tr>`
  return `<div class="wide" tabindex="0"><table><thead>${line('th', head)}</thead><tbody>${rows.map((cells) => line('td', cells)).join('')}</tbody></table></div>`
}

const nameOf = (ref: string) => ref.split('/').at(-1) ?? ''

const paragraphs = (text = '') =>
  text
    .split('\n\n')
    .filter((one) => one !== '')
    .map((one) => `<p>${inline(one)}</p>\n`)
    .join('')

/** The little Markdown that descriptions have. */
const inline = (text: string) => escapeHtml(text).replaceAll(/`([^`]+)`/g, '<code>$1</code>')
