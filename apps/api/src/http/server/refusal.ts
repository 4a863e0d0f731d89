import { type OutgoingHttpHeaders, type ServerResponse, STATUS_CODES } from 'node:http'
import type { ProblemCode } from '@pollcast/shared/problem'
import { problemOf } from '../middleware/problem.ts'

/** An error with which the server answers a request by itself, without the app. */
export interface Refusal {
  code: ProblemCode
  detail: string
  /** Seconds after which to try again. */
  retryAfter?: number
  /** Whether a person has opened a link that is too long: browsers would show them JSON, or save it as a file. */
  isForPerson?: boolean
}

/** Answers with problem+json (RFC 9457). The connection is closed after it. */
export function refuse(res: ServerResponse, refusal: Refusal): void {
  const { status, headers, body } = render(refusal)
  res.shouldKeepAlive = false
  res.writeHead(status, headers).end(body)
}

/** The same answer as text, if there is no response object of Node to write it with. */
export function refusalText(refusal: Refusal): string {
  const { status, headers, body } = render(refusal)
  const all = { ...headers, Date: new Date().toUTCString(), Connection: 'close' }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`
}

function render({ code, detail, retryAfter, isForPerson }: Refusal): {
  status: number
  headers: OutgoingHttpHeaders
  body: string
} {
  const problem = problemOf(code, detail)
  const body = isForPerson ? TOO_LONG : JSON.stringify(problem)
  const headers: OutgoingHttpHeaders = {
    'Content-Type': isForPerson ? 'text/html; charset=utf-8' : 'application/problem+json',
    ...(isForPerson && { 'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'" }),
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
  }
  if (retryAfter !== undefined) headers['Retry-After'] = String(retryAfter)
  return { status: problem.status, headers, body }
}

/** As plain as can be: the app, which knows the reader's language and the theme, has not seen the request. */
const TOO_LONG = `<!doctype html>
<html lang="en">
<meta name="viewport" content="width=device-width">
<title>This link is too long</title>
<h1>This link is too long</h1>
<p>It may have 16 KB, with all that the browser adds. If it fills in a poll, take fewer or shorter choices, and add the others on the page.</p>
`
