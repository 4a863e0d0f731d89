import { routes } from '@pollcast/shared/routes'
import type { Address } from './attack-connection.ts'

/**
 * Requests that a proxy and a server may read in different ways, or that are invalid: each must get a 400 and nothing else
 * (RFC 9112, sections 2.2, 3, 3.2, 5, 6.3 and 7.1). Most have another request after them, which must not be acted on.
 */
export function strictRequests({ authority }: Address): [what: string, bytes: string][] {
  const host = `Host: ${authority}\r\n`
  const behind = `GET ${routes.polls} HTTP/1.1\r\n${host}\r\n`
  const get = (headers: string) => `GET ${routes.polls} HTTP/1.1\r\n${headers}\r\n${behind}`
  const post = (headers: string, body: string) =>
    `POST ${routes.polls} HTTP/1.1\r\n${host}${headers}\r\n${body}${behind}`
  const chunked = 'Transfer-Encoding: chunked\r\n'
  return [
    ['no Host', get('')],
    ['two Hosts', get(`${host}Host: evil.example\r\n`)],
    ['two Hosts that are the same', get(host + host)],
    ['a Host with a space', get('Host: a b\r\n')],
    ['a Host with a path', get('Host: a/b\r\n')],
    ['a Host with a user', get('Host: user@a\r\n')],
    ['HTTP/0.9', `GET ${routes.polls}\r\n\r\n`],
    ['HTTP/2 without TLS', `PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n`],
    ['HTTP/1.2.3', `GET / HTTP/1.2.3\r\n${host}\r\n`],
    ['HTTP/3.0', `GET / HTTP/3.0\r\n${host}\r\n`],
    ['a method in lower case', `get / HTTP/1.1\r\n${host}\r\n`],
    ['an unknown method', `FOO / HTTP/1.1\r\n${host}\r\n`],
    ['a target with a space', `GET /a b HTTP/1.1\r\n${host}\r\n`],
    ['a target with NUL', `GET /a\0b HTTP/1.1\r\n${host}\r\n`],
    ['a length and chunks', post(`Content-Length: 5\r\n${chunked}`, '0\r\n\r\n')],
    ['chunks and a length', post(`${chunked}Content-Length: 5\r\n`, '0\r\n\r\n')],
    ['two lengths', post('Content-Length: 2\r\nContent-Length: 3\r\n', '{} ')],
    ['two lengths in one line', post('Content-Length: 2, 3\r\n', '{} ')],
    ['a length with a sign', post('Content-Length: +2\r\n', '{}')],
    ['a negative length', post('Content-Length: -2\r\n', '{}')],
    ['a length in hexadecimal', post('Content-Length: 0x2\r\n', '{}')],
    ['a length that overflows', post('Content-Length: 99999999999999999999999\r\n', '{}')],
    ['a length of nothing', post('Content-Length: \r\n', '{}')],
    ['an unknown transfer encoding', post('Transfer-Encoding: xchunked\r\n', '2\r\n{}\r\n0\r\n\r\n')],
    ['chunked that is not last', post('Transfer-Encoding: chunked, identity\r\n', '2\r\n{}\r\n0\r\n\r\n')],
    ['chunked twice', post(chunked + chunked, '2\r\n{}\r\n0\r\n\r\n')],
    ['a space before a colon', get(`${host}Content-Length : 5\r\n`)],
    ['a folded header', get(`${host}X-Folded: a\r\n b\r\n`)],
    ['a header without a name', get(`${host}: a\r\n`)],
    ['a header without a colon', get(`${host}nothing\r\n`)],
    ['a header with NUL', get(`${host}X-Nul: a\0b\r\n`)],
    ['lines that end with LF', `GET ${routes.polls} HTTP/1.1\nHost: ${authority}\n\n`],
    ['a CR without LF', get(`${host}X-Cr: a\rX-Injected: b\r\n`)],
    ['a chunk size that overflows', post(chunked, 'fffffffffffffffff\r\n{}\r\n0\r\n\r\n')],
    ['an invalid chunk size', post(chunked, 'zz\r\n{}\r\n0\r\n\r\n')],
    ['a chunk that is longer than it says', post(chunked, '1\r\n{}\r\n0\r\n\r\n')],
    ['a chunk size that ends with LF', post(chunked, '2\n{}\r\n0\r\n\r\n')],
  ]
}
