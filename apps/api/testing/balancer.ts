import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

/** The least of a load balancer, until the test has ended: each connection goes to the first node that is there. */
export async function balancer(ports: readonly number[]): Promise<string> {
  const server = createServer((socket) =>
    relay(
      socket.on('error', () => {}),
      ports,
    ),
  ).listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

function relay(socket: Socket, [port = 0, ...others]: readonly number[]): void {
  const node = connect(port, '127.0.0.1')
  let isThere = false
  node.on('connect', () => {
    isThere = true
    socket.pipe(node).pipe(socket)
    socket.on('close', () => node.destroy())
  })
  node.on('error', () => {})
  node.on('close', () => {
    if (isThere || others.length === 0) socket.destroy()
    else relay(socket, others)
  })
}
