import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { acceptBurst } from './accept-burst.ts'

/** Connects so many clients at once, and returns who was served, in that order. @param networkOf the nth connection's network */
async function serve(clients: number, networkOf: (index: number) => string) {
  const admitted: Socket[] = []
  const served: number[] = []
  const phases: string[] = []
  const server = createServer()
  server.on('connection', (socket: Socket) => {
    served.push(admitted.indexOf(socket))
    phases.push('serve')
  })
  acceptBurst(server, {
    admit: (socket) => {
      admitted.push(socket)
      return true
    },
    networkOf: (socket) => networkOf(admitted.indexOf(socket)),
    onAccepting: (isAccepting) => phases.push(isAccepting ? 'accept' : 'accepted'),
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const sockets = Array.from({ length: clients }, () => connect(port, '127.0.0.1'))
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  while (served.length < clients) await new Promise(setImmediate)
  return { served, phases }
}

test('of a burst from one network, who came first is served first', async () => {
  const { served } = await serve(100, () => 'one')
  expect(served).toEqual([...Array(100).keys()])
})

test('who is behind a burst from another network is served in the first slice', async () => {
  const { served } = await serve(100, (index) => (index < 99 ? 'crowd' : 'other'))
  expect(served.indexOf(99)).toBeLessThan(16)
})

test('between two slices connections are accepted, and not while one is served', async () => {
  const { phases } = await serve(40, () => 'one')
  const slices = phases.join(' ').split('accepted').slice(1)
  expect(slices.length).toBeGreaterThanOrEqual(3)
  for (const slice of slices) expect(slice).toMatch(/^( serve){1,16}( accept )?$/)
})
