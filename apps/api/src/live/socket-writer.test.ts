import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest'
import { SocketWriter } from './socket-writer.ts'

const server = createServer()
let reader: Socket
let socket: Socket

beforeEach(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  reader = connect((server.address() as AddressInfo).port, '127.0.0.1').pause()
  ;[socket] = await once(server, 'connection')
})

afterEach(async () => {
  reader.destroy()
  socket.destroy()
  server.close()
  await once(server, 'close')
})

/** Bytes of which each tells its place, so that one that is missing, doubled or moved is seen. */
const counted = (length: number, from = 0) => {
  const numbers = new Uint32Array(length)
  for (let n = 0; n < length; n += 1) numbers[n] = from + n
  return Buffer.from(numbers.buffer)
}

test('what the kernel takes is written at once, and nothing waits', async () => {
  const writer = new SocketWriter(socket)
  expect(writer.write(Buffer.from('one'))).toBe(true)
  expect(writer.write(Buffer.from('two'))).toBe(true)
  writer.end()
  expect((await buffer(reader.resume())).toString()).toBe('onetwo')
})

test('what the kernel takes only in part, or not at all, arrives completely and in order when the reader reads', async () => {
  const writer = new SocketWriter(socket)
  const length = 4_000_000
  expect(writer.write(counted(length))).toBe(false)
  const waiting = socket.writableLength
  expect(waiting).toBeGreaterThan(0)
  expect(waiting).toBeLessThan(length * 4)

  const written = new Promise<void>((resolve) => writer.whenWritten(resolve))
  const read = buffer(reader)
  await written
  expect(writer.write(counted(10, length))).toBe(true)
  writer.end()
  expect((await read).equals(counted(length + 10))).toBe(true)
})

test('frames don’t overtake what the socket has buffered before', async () => {
  const length = 4_000_000
  socket.write(counted(length))
  expect(socket.writableLength).toBeGreaterThan(0)
  const writer = new SocketWriter(socket)
  const read = buffer(reader)
  await once(reader, 'data')
  writer.write(counted(10, length))
  writer.end()
  expect((await read).equals(counted(length + 10))).toBe(true)
})

test('nothing is written after the end', async () => {
  const writer = new SocketWriter(socket)
  writer.write(Buffer.from('last'))
  writer.end()
  writer.write(Buffer.from('too late'))
  expect((await buffer(reader.resume())).toString()).toBe('last')
})

test('nothing is written to a closed socket, even if another connection has its descriptor number', async () => {
  const writer = new SocketWriter(socket)
  const closed = once(socket, 'close')
  socket.on('error', () => {})
  socket.destroy()
  const heir = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const [accepted]: Socket[] = await once(server, 'connection')
  onTestFinished(() => void accepted?.destroy())
  writer.write(Buffer.from('for someone else'))
  await closed
  accepted?.end('hello')
  expect((await buffer(heir)).toString()).toBe('hello')
})
