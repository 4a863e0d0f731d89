import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { routes } from '@pollcast/shared/routes'
import { expect, test } from 'vitest'
import { openApp } from '../../../testing/app.ts'
import { RawConnection } from '../../../testing/raw-connection.ts'
import { serverSockets } from '../../../testing/server-sockets.ts'
import { until } from '../../../testing/until.ts'

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

const LIMIT = 40 * 1024
const HEAD = `POST ${routes.polls} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: application/json\r\n`
const CHUNKED = `${HEAD}Transfer-Encoding: chunked\r\n\r\n`
const chunks = (body: string) => body.replace(/./g, '1\r\n$&\r\n')

const padded = (length: number) => {
  const body = '{"question":"Which?","choices":["a","b"]}'
  return body + ' '.repeat(length - body.length)
}

test.each([
  ['as chunks of one byte', 201, `${CHUNKED + chunks(padded(50))}0\r\n\r\n`],
  ['as large as it may be', 201, `${HEAD}Content-Length: ${LIMIT}\r\n\r\n${padded(LIMIT)}`],
  ['as large as it may be, in chunks', 201, `${CHUNKED + chunks(padded(LIMIT))}0\r\n\r\n`],
  ['larger than that', 413, `${HEAD}Content-Length: ${LIMIT + 1}\r\n\r\n${padded(LIMIT + 1)}`],
  ['larger than that, in chunks', 413, `${CHUNKED + chunks(padded(LIMIT + 1))}0\r\n\r\n`],
  ['of no bytes', 400, `${HEAD}Content-Length: 0\r\n\r\n`],
])('a body %s is answered with %i', async (_, status, request) => {
  const { port } = await openApp()
  const connection = await RawConnection.open(port)
  await connection.send(request).ended
  expect(connection.text).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
})

test('a body that comes as chunks of one byte takes no more memory than another one', async () => {
  const { port } = await openApp()
  const sockets = serverSockets(routes.polls)
  const request = CHUNKED + chunks('x'.repeat(40_000))
  const used = () => {
    collectGarbage()
    const { heapUsed, arrayBuffers } = process.memoryUsage()
    return heapUsed + arrayBuffers
  }
  const before = used()
  const count = 25
  for (let opened = 0; opened < count; opened += 1) (await RawConnection.open(port)).send(request)
  await until(() => sockets.length === count && sockets.every((socket) => socket.bytesRead === request.length))
  expect(used() - before).toBeLessThan(count * 400_000)
})
