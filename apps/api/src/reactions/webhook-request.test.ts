import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { SECRET } from '../../testing/webhook-receiver.ts'
import { postWebhook } from './webhook-request.ts'

/** Posts to a receiver that answers each connection as it is told to. */
const posted = async (answer: (socket: Socket) => void) => {
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', () => answer(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`
  return postWebhook({ url, secret: SECRET, allowsPrivate: true }, 'id', '{}', new AbortController().signal)
}

const OK = 'HTTP/1.1 200 OK\r\n'

/** Writes without end, until it is hung up on. */
const endless = (head: string, part: string) => (socket: Socket) => {
  socket.write(head)
  const more = () => socket.write(part, () => !socket.destroyed && setImmediate(more))
  more()
}

test('of an answer without end nothing but its status is read', async () => {
  await posted(endless(`${OK}Content-Type: text/plain\r\n\r\n`, 'x'.repeat(10_000)))
})

test.each<[string, RegExp, (socket: Socket) => void]>([
  [
    'speaks another protocol from then on',
    /no answer that can be read/,
    (socket) => socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n'),
  ],
  ['sends a head without end', /Header overflow/, endless(OK, `X: ${'x'.repeat(1000)}\r\n`)],
  ['speaks no HTTP', /Parse Error/, (socket) => socket.end('SSH-2.0-OpenSSH\r\n')],
  ['hangs up', /socket hang up/, (socket) => socket.end()],
])('a receiver that %s is a failure', async (_, reason, answer) => {
  await expect(posted(answer)).rejects.toThrow(reason)
})
