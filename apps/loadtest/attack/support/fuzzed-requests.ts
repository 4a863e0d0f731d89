import { routes } from '@pollcast/shared/routes'
import type { Random } from '../../processes/random.ts'
import type { Address } from './attack-connection.ts'
import type { AttackedPoll } from './attacked-server.ts'

interface Parts {
  method: string
  path: string
  headers: [name: string, value: string][]
  body: string | undefined
}

export interface FuzzedRequest {
  bytes: string
  method: string
  /** Whether the server may wait for the rest of it, or close the connection without an answer. */
  unfinished: boolean
}

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND', 'SEARCH', 'PURGE']
const utf8 = (text: string) => Buffer.from(text).toString('latin1')

const PIECES = [
  '%00',
  '%ff',
  '%c0%af',
  '%2e%2e%2f',
  '%zz',
  '%',
  '..',
  '/../../etc/passwd',
  '//',
  '/./',
  '%0d%0aX-Injected:%201',
  '\\',
  utf8('票'),
  '\xff',
  '\x80',
  ';a=b',
  '#f',
  '@',
  ':80',
  '%u0041',
  '%F0%9F%92%A9',
  "'",
  '"',
  '<script>',
  '{{7*7}}',
  '*',
  '|',
] as const
/** Request targets that are not, or hardly, paths of this server (RFC 9112, section 3.2). */
const TARGETS = [
  '*',
  'http://',
  'http:',
  'http://[',
  'http://a:b/',
  'http:///',
  'http://user:pw@a/',
  'ftp://a/',
  '//',
  '///',
  '//?',
  '/?',
  '/#',
  '/%',
  '/%00',
  'http://a?polls=x',
  'https://a.example:99999/',
  'javascript:0',
  'a:80',
  '/:',
  '/api',
  '/api/',
  '/api//polls',
] as const
const QUERIES = [
  '?limit=0',
  '?limit=-1',
  '?limit=1e3',
  '?limit=20.5',
  '?limit=NaN',
  '?limit=%00',
  '?limit[]=1',
  '?limit=1&limit=2',
  '?cursor=',
  '?cursor=%00',
  '?cursor=MjAyNi0wMS0wMXww',
  '?cursor=////',
  '?cursor=%ff',
  '?cursor=eyJhIjoxfQ',
  '?polls=',
  '?polls=,',
  '?polls=%00',
  '?after=1',
  '?',
  '?&',
  '?=',
  '?__proto__=1',
  '?constructor[prototype]=1',
  '?callback=x',
  '?polls[]=1',
] as const
const HEADERS: readonly (readonly [string, string])[] = [
  ['Accept', 'text/html'],
  ['Accept', '*/*;q=0'],
  ['Accept', ','.repeat(500)],
  ['Accept', 'a/b;q=x'],
  ['Accept-Encoding', 'br;q=1, gzip;q=0'],
  ['Accept-Encoding', 'identity;q=0'],
  ['Accept-Encoding', '*;q=0'],
  ['Accept-Language', 'xx-'.repeat(500)],
  ['Content-Type', 'application/json; charset=utf-16'],
  ['Content-Type', 'application/json; charset=iso-8859-1'],
  ['Content-Type', 'application/json; charset="'],
  ['Content-Type', 'application/vnd.x+json'],
  ['Content-Type', 'text/plain'],
  ['Content-Type', ''],
  ['Content-Type', 'multipart/form-data; boundary=x'],
  ['Content-Type', 'application/x-www-form-urlencoded; charset=utf-16'],
  ['Content-Encoding', 'gzip'],
  ['Content-Encoding', 'identity'],
  ['Content-Encoding', ''],
  ['Cookie', 'voter=a.b'],
  ['Cookie', ';;;=;=a;voter'],
  ['Cookie', 'x='.repeat(2000)],
  ['Cookie', 'voter="'],
  ['Cookie', '\xff=\xff'],
  ['Range', 'bytes=0-1'],
  ['Range', `bytes=${'0-1,'.repeat(500)}`],
  ['Range', 'bytes=-1'],
  ['If-Range', 'x'],
  ['If-None-Match', '*'],
  ['If-None-Match', `W/"0-",${'"x",'.repeat(1000)}`],
  ['If-Match', 'x'],
  ['If-None-Match', '"'],
  ['If-Modified-Since', 'yesterday'],
  ['If-Modified-Since', 'Thu, 01 Jan 2099 00:00:00 GMT'],
  ['Expect', '100-continue'],
  ['Expect', 'nonsense'],
  ['Upgrade', 'websocket'],
  ['Upgrade', 'h2c'],
  ['TE', 'trailers, deflate'],
  ['Trailer', 'Content-Length'],
  ['Last-Event-ID', '99999999999999999999'],
  ['Last-Event-ID', '\xff'],
  ['Last-Event-ID', '-1'],
  ['X-Forwarded-For', 'junk, ::1, 1.2.3.4:5'],
  ['X-Forwarded-Proto', 'javascript'],
  ['X-Forwarded-Host', 'evil.example'],
  ['Forwarded', 'for=_x;host=evil'],
  ['X-HTTP-Method-Override', 'DELETE'],
  ['X-Original-URL', '/admin'],
  ['Origin', 'null'],
  ['Origin', 'http://evil.example'],
  ['Origin', '\xff'],
  ['Origin', 'x'.repeat(5000)],
  ['Sec-Fetch-Site', 'cross-site'],
  ['Sec-Fetch-Site', 'nonsense'],
  ['Referer', '\x80'],
  ['Authorization', 'Bearer '],
  ['Authorization', 'Bearer \xff'],
  ['Idempotency-Key', ''],
  ['Idempotency-Key', '\xff'],
  ['Idempotency-Key', 'x'.repeat(5000)],
  ['Access-Control-Request-Method', 'POST'],
  ['Access-Control-Request-Headers', 'x,'.repeat(500)],
  ['Connection', 'X-Injected, Upgrade'],
  ['Keep-Alive', 'timeout=99999'],
  ['Proxy-Connection', 'keep-alive'],
  ['Max-Forwards', '0'],
  ['Prefer', 'wait=99'],
  ['X-Injected', 'y'],
]
const VALUES = [
  'null',
  'true',
  '0',
  '-1',
  '-0',
  '1.5',
  '1e400',
  '1e-400',
  '9007199254740993',
  '""',
  '"1"',
  '[]',
  '[[]]',
  '{}',
  '{"a":1}',
  '"\\ud800"',
  '"\\udc00\\ud800"',
  '"\\u0000"',
  '"\\u202e"',
  '"\xff"',
  '"\xc0\xaf"',
  '"\xed\xa0\x80"',
  utf8('"é"'),
  '"\\u2028"',
  '"</script>"',
  'NaN',
  '[1,1]',
  '[1,[1]]',
  '{"__proto__":{"x":1}}',
  '{"length":1}',
  '{"toString":1}',
  '['.repeat(500) + ']'.repeat(500),
  '"=1+1"',
  ' ',
] as const
const TAILS = ['}', ',', '\0', ' \n', '\ufeff', '//x', 'undefined', '\xff'] as const

/** Requests of every route, each changed in a few places. The same seed gives the same requests. */
export class FuzzedRequests {
  readonly #address: Address
  readonly #poll: AttackedPoll
  readonly #random: Random
  #count = 0

  constructor(address: Address, poll: AttackedPoll, random: Random) {
    this.#address = address
    this.#poll = poll
    this.#random = random
  }

  next(): FuzzedRequest {
    const random = this.#random
    const parts = this.#valid()
    let framing = ''
    for (let changes = random.whole(0, 3); changes > 0; changes -= 1) {
      const change = random.whole(0, 9)
      if (change === 0) parts.method = random.pick(METHODS)
      else if (change <= 2) parts.path = this.#path(parts.path)
      else if (change <= 5) parts.headers.push([...random.pick(HEADERS)])
      else if (change <= 8) parts.body = parts.body === undefined ? '{}' : this.#body(parts.body)
      else framing = this.#framing()
    }
    return this.#bytes(parts, framing)
  }

  #valid(): Parts {
    const { id, choiceIds } = this.#poll
    const random = this.#random
    const read = (path: string, accept = 'application/json'): Parts => {
      return { method: 'GET', path, headers: [['Accept', accept]], body: undefined }
    }
    const write = (path: string, body: string, type = 'application/json'): Parts => {
      return { method: 'POST', path, headers: [['Content-Type', type]], body }
    }
    return random.pick([
      read(routes.polls),
      read(routes.poll(id)),
      read(routes.stream(id), 'text/event-stream'),
      read(routes.streamOf([id]), 'text/event-stream'),
      read(routes.listPage, 'text/html'),
      read(routes.newPollPage, 'text/html'),
      read(routes.pollPage(id), 'text/html'),
      read('/favicon.svg', 'image/*'),
      read('/assets/index.js'),
      read('/api/nowhere'),
      write(routes.votes(id), JSON.stringify({ choiceIds: [random.pick(choiceIds)] })),
      write(routes.votes(id), JSON.stringify({ choiceIds })),
      write(routes.votes(id), `choice=${random.pick(choiceIds)}`, 'application/x-www-form-urlencoded'),
      write(routes.votes('22222222'), JSON.stringify({ choiceIds: [1] })),
      write(routes.polls, JSON.stringify({ question: 'Fuzz?', choices: ['a', 'b', 'c'], maxChoices: 2 })),
      write(routes.polls, 'Fuzz?\n- a\n- b\n', 'text/plain'),
    ])
  }

  #path(path: string): string {
    const random = this.#random
    const at = random.whole(1, path.length)
    const piece = random.pick(PIECES)
    return random.pick([
      () => path.slice(0, at) + piece + path.slice(at),
      () => path + random.pick(QUERIES),
      () => path.slice(0, at),
      () => path + 'x'.repeat(random.pick([1, 300, 5000, 20_000])),
      () => random.pick(TARGETS),
      () => `http://evil.example${path}`,
      () => path.toUpperCase(),
      () => `${path}/`,
      () => `/${path}`,
      () =>
        [...path]
          .map((letter) => `%${letter.charCodeAt(0).toString(16).padStart(2, '0')}`)
          .join('')
          .replace('%2f', '/'),
    ])()
  }

  #body(body: string): string {
    const random = this.#random
    const at = random.whole(0, body.length)
    return random.pick([
      () => body.slice(0, at),
      () => body.slice(0, at) + random.pick(VALUES) + body.slice(at),
      () => body.replace(/(?<=:)("[^"]*"|\[[^\]]*\]|\d+)/, () => random.pick(VALUES)),
      () => body.replace(/(?<=\[)("[^"]*"|\d+)/, () => random.pick(VALUES)),
      () => body.replace('{', `{"extra":${random.pick(VALUES)},`),
      () => body.replace('{', `{${body.slice(1, -1)},`),
      () => body + random.pick(TAILS),
      () => `${random.pick(['\xef\xbb\xbf', '\xff\xfe', '\0', ' '])}${body}`,
      () => Buffer.from(body, 'utf16le').toString('latin1'),
      () => random.pick(VALUES),
      () => body.padEnd(random.pick([32_767, 32_769, 70_000]), ' '),
      () => `choice=${random.pick(['1', '%00', '%ff', '1e1', ' 1', '%', '1&choice=1', '0x1', '١'])}`,
      () => '',
    ])()
  }

  /** A wrong or unusual way to give the length of the body. */
  #framing(): string {
    return this.#random.pick(['too long', 'too short', 'chunked', 'broken chunks', 'both', 'twice', 'none', 'dripped'])
  }

  #bytes({ method, path, headers, body }: Parts, framing: string): FuzzedRequest {
    this.#count += 1
    const given = body?.replaceAll('\ufeff', '\xef\xbb\xbf').replaceAll('١', utf8('١'))
    const { lines, text, unfinished } = framed(given, framing)
    const head = [
      `${method} ${path} HTTP/${this.#random.whole(0, 30) === 0 ? '1.0' : '1.1'}`,
      `Host: ${this.#address.authority}`,
      ...headers.map(([name, value]) => `${name}: ${value}`),
      ...(this.#random.whole(0, 5) === 0 ? [`Idempotency-Key: fuzz-${this.#count}-${'k'.repeat(22)}`] : []),
      ...lines,
      'Connection: close',
    ]
    return { bytes: `${head.join('\r\n')}\r\n\r\n${text}`, method, unfinished }
  }
}

function framed(body: string | undefined, framing: string): { lines: string[]; text: string; unfinished: boolean } {
  const text = body ?? ''
  const length = `Content-Length: ${text.length}`
  const chunked = 'Transfer-Encoding: chunked'
  const chunks = `${text === '' ? '' : `${text.length.toString(16)}\r\n${text}\r\n`}0\r\n\r\n`
  switch (framing) {
    case 'too long':
      return { lines: [`Content-Length: ${text.length + 10}`], text, unfinished: true }
    case 'too short':
      return { lines: [`Content-Length: ${Math.floor(text.length / 2)}`], text, unfinished: false }
    case 'chunked':
      return { lines: [chunked], text: chunks, unfinished: false }
    case 'broken chunks':
      return { lines: [chunked], text: `${chunks.slice(0, -3)}x`, unfinished: true }
    case 'both':
      return { lines: [length, chunked], text: chunks, unfinished: false }
    case 'twice':
      return { lines: [length, `Content-Length: ${text.length + 1}`], text, unfinished: false }
    case 'none':
      return { lines: [], text, unfinished: false }
    case 'dripped':
      return {
        lines: [chunked],
        text: `${[...text].map((byte) => `1\r\n${byte}\r\n`).join('')}0\r\n\r\n`,
        unfinished: false,
      }
    default:
      return { lines: body === undefined ? [] : [length], text, unfinished: false }
  }
}
