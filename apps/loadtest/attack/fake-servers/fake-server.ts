import { pbkdf2Sync } from 'node:crypto'
import { createServer, type ServerResponse } from 'node:http'

/** What the vulnerable one does for a query that is too long: 100 ms of work, on whatever machine. */
const waste = () => {
  const begun = process.cpuUsage()
  while (process.cpuUsage(begun).user < 100_000) pbkdf2Sync('', '', 1000, 64, 'sha512')
}

/**
 * As much of Pollcast's API as the attack by queries needs: one that is safe, and one whose front page is
 * vulnerable, so that the attack is seen to fail.
 */
export function serveFake(isVulnerable: boolean): void {
  const votes = new Map<string, number>()
  const streams = new Map<string, ServerResponse>()
  const snapshot = (id: string) => JSON.stringify({ totalVotes: votes.get(id) })
  const server = createServer((req, res) => {
    const [path = '', query = ''] = (req.url ?? '').split(/\?(.*)/)
    const [, , , id = '', what] = path.split('/')
    req.resume()
    const json = (status: number, value: string) => {
      res.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': value.length }).end(value)
    }
    if (query.length > 1024 || query.split('&').length > 20) {
      if (!isVulnerable || path !== '/' || query.split('&').length < 5000) return json(414, '{}')
      waste()
    }
    if (what === 'stream') {
      streams.set(id, res.writeHead(200, { 'Content-Type': 'text/event-stream' }))
      res.write(`event: snapshot\ndata: ${snapshot(id)}\n\n`)
    } else if (what === 'votes') {
      votes.set(id, (votes.get(id) ?? 0) + 1)
      streams.get(id)?.write(`event: update\ndata: ${snapshot(id)}\n\n`)
      json(201, snapshot(id))
    } else if (req.method === 'POST') {
      const made = `poll${votes.size}`
      votes.set(made, 0)
      json(201, JSON.stringify({ poll: { id: made, choices: [{ id: 1 }, { id: 2 }] } }))
    } else {
      json(200, snapshot(id) ?? '{}')
    }
  })
  server.listen(0, '127.0.0.1', () => {
    const { port } = server.address() as { port: number }
    process.stdout.write(`A fake server is at http://127.0.0.1:${port}\n`)
  })
}
