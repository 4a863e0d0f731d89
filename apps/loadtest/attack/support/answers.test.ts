import { expect, test } from 'vitest'
import { readAnswers } from './answers.ts'

const read = (text: string, methods?: string[]) => {
  const { answers, rest } = readAnswers(text, methods)
  return { answers: answers.map(({ status, body, whole }) => [status, body, whole]), rest }
}

test('pipelined answers are separated by their lengths, however these are given', () => {
  const text =
    'HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc' +
    'HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nde\r\n1;x=y\r\nf\r\n0\r\n\r\n' +
    'HTTP/1.1 304 Not Modified\r\n\r\n' +
    'HTTP/1.1 200 OK\r\n\r\nuntil the end'
  expect(read(text)).toEqual({
    answers: [
      [200, 'abc', true],
      [201, 'def', true],
      [304, '', true],
      [200, 'until the end', false],
    ],
    rest: '',
  })
})

test('interim answers are skipped, and the answer to a HEAD has no body', () => {
  const text =
    'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n'
  expect(read(text, ['HEAD', 'OPTIONS'])).toEqual({
    answers: [
      [200, '', true],
      [204, '', true],
    ],
    rest: '',
  })
})

test.each([
  ['in its body', 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab', [[200, 'ab', false]], ''],
  ['in a chunk', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab', [[200, '', false]], ''],
  ['in its head', 'HTTP/1.1 200 OK\r\nContent-', [], 'HTTP/1.1 200 OK\r\nContent-'],
  ['in something other than HTTP', '<html>', [], '<html>'],
])('an answer that ends %s is not whole', (_, text, answers, rest) => {
  expect(read(text)).toEqual({ answers, rest })
})
