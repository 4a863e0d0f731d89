import { createdRoomSchema } from '@pollcast/shared/room'
import { routes } from '@pollcast/shared/routes'
import { Validator } from '@seriousme/openapi-schema-validator'
import { expect, test } from 'vitest'
import { readAs } from '../../../testing/answer.ts'
import { sharedApp } from '../../../testing/app.ts'
import { document, documented, faultsOf } from '../../../testing/openapi.ts'
import { routerRoutes } from '../../../testing/router-routes.ts'
import { json } from '../../../testing/voter.ts'
import { pollExample, problemExample, snapshotExample } from './examples.ts'
import { operations } from './operations/index.ts'

const app = sharedApp()

/** The routes that a program may use. The others are pages. */
const apiRoutes = () =>
  routerRoutes()
    .filter(({ path }) => path.startsWith('/api/') || path === routes.health || path === routes.ready)
    .map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`)

test('each route of the API is in the document, and nothing else', () => {
  const found = documented.map(({ path, method }) => `${method.toUpperCase()} ${path}`)
  expect(found.toSorted()).toEqual(apiRoutes().toSorted())
})

test('it is valid OpenAPI 3.2', async () => {
  const validator = new Validator()
  const result = await validator.validate(structuredClone(document) as unknown as Record<string, unknown>)
  expect(result).toEqual({ valid: true })
  expect(validator.version).toBe('3.2')
})

test('each operation has an id of its own, and each reference leads somewhere', () => {
  const text = JSON.stringify(document)
  const ids = [...text.matchAll(/"operationId":"([^"]+)"/g)].map(([, id]) => id)
  expect(new Set(ids).size).toBe(operations.length)
  for (const [, path = ''] of text.matchAll(/"\$ref":"#\/([^"]+)"/g)) {
    const target = path.split('/').reduce<unknown>((at, step) => (at as Record<string, unknown>)?.[step], document)
    expect(target, path).toBeDefined()
  }
})

test.each(documented)('the examples and schemas of $method $path are valid', ({ path, method, operation }) => {
  const bodies: [string[], NonNullable<typeof operation.requestBody>['content']][] = [
    [['requestBody'], operation.requestBody?.content ?? {}],
    ...Object.entries(operation.responses).map(([status, { content = {} }]): [string[], typeof content] => [
      ['responses', status],
      content,
    ]),
  ]
  for (const [place, content] of bodies) {
    for (const [type, { schema, example }] of Object.entries(content)) {
      if (!schema) continue
      const faults = faultsOf(example ?? null, 'paths', path, method, ...place, 'content', type, 'schema')
      if (example !== undefined) expect(faults, type).toBe('')
    }
  }
})

test('the named schemas take what they are of, and a poll is never null', () => {
  expect(faultsOf(pollExample, 'components', 'schemas', 'Poll')).toBe('')
  expect(faultsOf(null, 'components', 'schemas', 'Poll')).not.toBe('')
  expect(faultsOf(snapshotExample, 'components', 'schemas', 'Snapshot')).toBe('')
  expect(faultsOf(problemExample, 'components', 'schemas', 'Problem')).toBe('')
  const event = { event: 'snapshot', data: JSON.stringify(snapshotExample), id: 'x' }
  expect(faultsOf(event, 'components', 'schemas', 'StreamEvent')).toBe('')
  expect(faultsOf({ ...event, event: 'other' }, 'components', 'schemas', 'StreamEvent')).not.toBe('')
})

test('a room has a poll or none', async () => {
  const { room } = await readAs(createdRoomSchema, 201, await fetch(app().url + routes.rooms, json({ title: '' })))
  expect(room.poll).toBeNull()
  for (const poll of [null, pollExample]) expect(faultsOf({ ...room, poll }, 'components', 'schemas', 'Room')).toBe('')
  expect(faultsOf({ ...room, poll: {} }, 'components', 'schemas', 'Room')).not.toBe('')
})

test('a stream is described by its items', () => {
  const stream = documented.find(({ path }) => path === routes.stream('{id}'))
  expect(stream?.operation.responses[200]?.content?.['text/event-stream']).toMatchObject({
    itemSchema: { $ref: '#/components/schemas/StreamEvent' },
  })
})

test('openapi.json is the document, and who has it gets 304', async () => {
  const url = app().url + routes.openapi
  const response = await fetch(url)
  expect(response.headers.get('Content-Type')).toBe('application/json; charset=utf-8')
  expect(await response.json()).toEqual(JSON.parse(JSON.stringify(document)))
  const etag = response.headers.get('ETag') ?? ''
  // Else fetch adds no-cache to its own If-None-Match.
  const again = await fetch(url, { headers: { 'If-None-Match': etag, 'Cache-Control': 'max-age=0' } })
  expect(again.status).toBe(304)
})
