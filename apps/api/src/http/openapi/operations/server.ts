import { freshnessSchema } from '@pollcast/shared/freshness'
import { privacySchema } from '@pollcast/shared/privacy'
import { routes } from '@pollcast/shared/routes'
import { seenSchema } from '@pollcast/shared/seen'
import * as z from 'zod'
import type { Operation } from '../operation.ts'
import { BODY } from '../problem-codes.ts'
import { json, NOT_MODIFIED, NOTHING } from './answers.ts'

const healthSchema = z.strictObject({ ok: z.boolean(), eventLoopLagMs: z.int() })
const readySchema = z.strictObject({ ok: z.boolean(), reason: z.string().optional() })

export const serverOperations: readonly Operation[] = [
  {
    method: 'get',
    path: routes.privacy,
    tag: 'server',
    summary: 'The settings that decide what is kept of whom, where, and for how long',
    answers: { 200: { description: 'These settings.', content: json(privacySchema) } },
  },
  {
    method: 'get',
    path: routes.openapi,
    tag: 'server',
    summary: 'This document',
    parameters: ['IfNoneMatch'],
    answers: {
      200: { description: 'OpenAPI 3.2.', headers: ['ETag'], content: json(z.record(z.string(), z.unknown())) },
      304: NOT_MODIFIED,
    },
  },
  {
    method: 'get',
    path: routes.seen,
    tag: 'server',
    summary: 'What the server sees of this request, to find out what a proxy changes',
    answers: { 200: { description: 'What it sees.', content: json(seenSchema) } },
  },
  {
    method: 'post',
    path: routes.freshness,
    tag: 'server',
    summary: 'How long the last updates took from their commit until a page had painted them',
    body: json(freshnessSchema),
    answers: { 204: NOTHING },
    codes: [...BODY, 'too-many-requests'],
  },
  {
    method: 'get',
    path: routes.health,
    tag: 'server',
    summary: 'Whether the process is alive',
    answers: {
      200: { description: 'It is.', content: json(healthSchema) },
      503: { description: 'It is so busy that a restart would be of use.', content: json(healthSchema) },
    },
  },
  {
    method: 'get',
    path: routes.ready,
    tag: 'server',
    summary: 'Whether the process should get requests',
    answers: {
      200: { description: 'It should.', content: json(readySchema) },
      503: { description: 'Not now, and why.', content: json(readySchema) },
    },
  },
]
