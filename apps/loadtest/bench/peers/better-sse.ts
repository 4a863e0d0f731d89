import { type Channel, createChannel, createSession } from 'better-sse'
import { eventId, servePolls } from './peer.ts'

/** better-sse as its documentation has it: a channel for each poll, a session registered for each stream. */
const channels = new Map<string, Channel>()

servePolls({
  async open(req, res, snapshot) {
    const channel = channels.get(snapshot.pollId) ?? createChannel()
    channels.set(snapshot.pollId, channel)
    const session = await createSession(req, res)
    session.push(snapshot, 'snapshot', eventId(snapshot))
    channel.register(session)
  },
  publish(snapshot) {
    channels.get(snapshot.pollId)?.broadcast(snapshot, 'update', { eventId: eventId(snapshot) })
  },
})
