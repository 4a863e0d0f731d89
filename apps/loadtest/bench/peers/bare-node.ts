import type { ServerResponse } from 'node:http'
import { eventId, type PublicSnapshot, servePolls } from './peer.ts'

/** Node's own HTTP server: every vote is written to every open response at once. */
const open = new Map<string, Set<ServerResponse>>()

const frame = (event: string, snapshot: PublicSnapshot) =>
  Buffer.from(`event: ${event}\nid: ${eventId(snapshot)}\ndata: ${JSON.stringify(snapshot)}\n\n`)

servePolls({
  open(_req, res, snapshot) {
    const responses = open.get(snapshot.pollId) ?? new Set()
    open.set(snapshot.pollId, responses.add(res))
    res.on('close', () => responses.delete(res))
    res.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache' })
    res.write(frame('snapshot', snapshot))
  },
  publish(snapshot) {
    const bytes = frame('update', snapshot)
    for (const res of open.get(snapshot.pollId) ?? []) res.write(bytes)
  },
})
