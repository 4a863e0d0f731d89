import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ServerProcess } from '@pollcast/api/testing/server-process'
import { tempFolder } from '@pollcast/api/testing/temp-folder'
import { expect, onTestFinished, test } from 'vitest'
import { runCommand } from '../testing/run-command.ts'
import { eventId, type PublicSnapshot, servePolls } from './peers/peer.ts'
import type { Result } from './result.ts'

const SMALL = ['--streams', '30', '--rate', '100', '--seconds', '1']

const bench = (...args: string[]) => runCommand('bench/main.ts', args)

test('it starts a server and its peers, and every vote reaches every stream of each', async () => {
  const { code, output, said } = await bench(...SMALL, '--polls', '2', '--compare', '--json')
  expect(code, said).toBe(0)
  const { results } = JSON.parse(output) as { results: Result[] }
  expect(results.map(({ name }) => name)).toEqual(['pollcast', 'better-sse', 'bare node'])
  for (const { failures, streams, storm } of results) {
    expect(failures).toEqual({})
    expect(streams).toBe(30)
    expect(storm.convergedMs).toBeGreaterThanOrEqual(0)
    expect(storm.framesPerStream).toBeGreaterThan(0)
  }
  expect(said).toContain('pollcast: storm')
})

test('servers that are named share streams and votes, and those that stop reading get the newest in the end', async () => {
  const path = `${tempFolder()}/polls.sqlite`
  const server = await ServerProcess.open(path)
  const args = [...SMALL, '--stall', '10', server.url, server.url]
  const { code, output, said } = await bench(...args)
  expect(code, said + output).toBe(0)
  expect(output).toMatch(/streams open +30\n/)
  expect(output).toMatch(/streams that stopped reading +10\n/)
  expect(output).toMatch(/memory before.* – \/ –\n/)
  expect(output).toMatch(/right count +yes\n/)
})

test('a server whose streams go back is reported', async () => {
  const open = new Set<ServerResponse>()
  const frame = (event: string, snapshot: PublicSnapshot) =>
    `event: ${event}\nid: ${eventId(snapshot)}\ndata: ${JSON.stringify(snapshot)}\n\n`
  const server = servePolls(
    {
      open(_req, res, snapshot) {
        open.add(res.writeHead(200, { 'Content-Type': 'text/event-stream' }))
        res.write(frame('snapshot', snapshot))
      },
      publish(snapshot) {
        const older = { ...snapshot, totalVotes: snapshot.totalVotes - 1 }
        for (const res of open)
          res.write(frame('update', snapshot) + frame('update', older) + frame('update', snapshot))
      },
    },
    0,
  )
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  await once(server, 'listening')
  const { code, output } = await bench(...SMALL, `http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  expect(code).toBe(1)
  expect(output).toMatch(/right count +NO\n/)
  expect(output).toContain('pollcast: 30 × a stream: a count that went back\n')
})

test('a wrong command line is reported in one line, with its own exit code', async () => {
  const { code, output, said } = await bench('http://example.com')
  expect({ code, output }).toEqual({ code: 2, output: '' })
  expect(said).toMatch(/^example\.com is not this machine.*\n$/)
})
