import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { canDrawPng } from './chart-png.ts'

interface Report {
  libuv: { type: string; localEndpoint?: { host: string } | null }[]
}

test('to know its build, the library that draws asks no name server for who is connected', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1')
  await once(client, 'connect')
  onTestFinished(() => {
    client.destroy()
    server.close()
  })
  await canDrawPng()
  const { libuv } = process.report.getReport() as unknown as Report
  const hosts = libuv.flatMap(({ type, localEndpoint }) => (type === 'tcp' && localEndpoint ? localEndpoint.host : []))
  expect(hosts).toContain('127.0.0.1')
  // The name of that address, in every hosts file.
  expect(hosts).not.toContain('localhost')
})
