import { resultsSchema, roomResultsSchema } from '@pollcast/shared/results'
import { routes } from '@pollcast/shared/routes'
import type { Operation } from '../operation.ts'
import { POLL, ROOM, VIEWER } from '../problem-codes.ts'
import { CSV, FILE, json, NOT_MODIFIED, text } from './answers.ts'

export const exportsOperations: readonly Operation[] = [
  {
    method: 'get',
    path: routes.resultsCsv('{id}'),
    tag: 'exports',
    summary: 'The results of a poll as a table',
    auth: 'viewer',
    parameters: ['PollcastCode', 'IfNoneMatch'],
    answers: { 200: { description: 'A row for each choice.', headers: FILE, content: CSV }, 304: NOT_MODIFIED },
    codes: [...POLL, ...VIEWER, 'results-hidden'],
  },
  {
    method: 'get',
    path: routes.resultsJson('{id}'),
    tag: 'exports',
    summary: 'The results of a poll, of all its rounds',
    auth: 'viewer',
    parameters: ['PollcastCode', 'IfNoneMatch'],
    answers: {
      200: { description: 'A document to keep.', headers: FILE, content: json(resultsSchema) },
      304: NOT_MODIFIED,
    },
    codes: [...POLL, ...VIEWER, 'results-hidden'],
  },
  {
    method: 'get',
    path: routes.ballotsCsv('{id}'),
    tag: 'exports',
    summary:
      'The ballots of all rounds of a poll, shuffled, for its host; for all once it is closed, if the host allows',
    auth: 'viewer',
    parameters: ['IfNoneMatch'],
    answers: { 200: { description: 'A row for each ballot.', headers: FILE, content: CSV }, 304: NOT_MODIFIED },
    codes: [...POLL, ...VIEWER, 'results-hidden', 'too-many-requests'],
  },
  {
    method: 'get',
    path: routes.chartSvg('{id}'),
    tag: 'exports',
    summary: 'The results of a poll as a picture, which may be shown on any site',
    auth: 'viewer',
    parameters: ['PollcastCode', 'IfNoneMatch'],
    answers: {
      200: {
        description: 'Bars, light or dark as the viewer has it.',
        headers: ['ETag'],
        content: text('image/svg+xml'),
      },
      304: NOT_MODIFIED,
    },
    codes: [...POLL, ...VIEWER, 'results-hidden'],
  },
  {
    method: 'get',
    path: routes.chartPng('{id}'),
    tag: 'exports',
    summary: 'The same picture for previews of links: 1200 by 630 pixels',
    auth: 'viewer',
    parameters: ['PollcastCode', 'IfNoneMatch'],
    answers: {
      200: {
        description: 'Bars, in the light colours.',
        headers: ['ETag'],
        content: { 'image/png': { schema: { type: 'string', format: 'binary' } } },
      },
      304: NOT_MODIFIED,
    },
    codes: [...POLL, ...VIEWER, 'results-hidden', 'not-implemented'],
  },
  {
    method: 'get',
    path: routes.roomResultsCsv('{code}'),
    tag: 'exports',
    summary: 'The results of a room’s polls as a table: for its host of all, for others of the one that is on',
    auth: 'viewer',
    parameters: ['PollcastCode'],
    answers: { 200: { description: 'A row for each choice.', headers: ['ContentDisposition'], content: CSV } },
    codes: [...ROOM, ...VIEWER, 'results-hidden'],
  },
  {
    method: 'get',
    path: routes.roomResultsJson('{code}'),
    tag: 'exports',
    summary: 'The same as a document',
    auth: 'viewer',
    parameters: ['PollcastCode'],
    answers: {
      200: { description: 'A document to keep.', headers: ['ContentDisposition'], content: json(roomResultsSchema) },
    },
    codes: [...ROOM, ...VIEWER, 'results-hidden'],
  },
  {
    method: 'get',
    path: routes.roomBallotsCsv('{code}'),
    tag: 'exports',
    summary: 'The ballots of all rounds of all polls of a room, for its host',
    auth: 'host',
    answers: {
      200: { description: 'A row for each ballot and choice.', headers: ['ContentDisposition'], content: CSV },
    },
    codes: [...ROOM, ...VIEWER, ...POLL, 'results-hidden'],
  },
]
