import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Snapshot } from '@pollcast/shared/poll'

/** A snapshot of a public poll, whose results are never hidden. */
export interface PublicSnapshot extends Snapshot {
  totalVotes: number
  choices: { id: number; text: string; votes: number }[]
}

/** The id of its event, as long as Pollcast's. */
export const eventId = ({ pollId, view, revision }: Snapshot) => `0123abcd.${pollId}.${view}.${revision}.00000000`

/** How a peer serves streams: all that differs between peers. */
export interface Transport {
  open(req: IncomingMessage, res: ServerResponse, snapshot: PublicSnapshot): void | Promise<void>
  publish(snapshot: PublicSnapshot): void
}

/**
 * Serves the part of Pollcast's API that a load uses. Votes are counted in memory, without voters or a database: what is
 * compared is how streams are written.
 */
export function servePolls(transport: Transport, port = Number(process.env.PORT)): Server {
  const polls = new Map<string, PublicSnapshot>()

  const create = ({ choices }: { choices: string[] }) => {
    const pollId = String(polls.size).padStart(8, '0').replaceAll('0', 'a').replaceAll('1', 'b')
    const tally = choices.map((text, index) => ({ id: index + 1, text, votes: 0 }))
    polls.set(pollId, {
      pollId,
      view: 'public',
      round: 1,
      revision: 0,
      status: 'open',
      voters: 0,
      totalVotes: 0,
      choices: tally,
      closesAt: null,
      now: new Date().toISOString(),
      resultsHidden: false,
    })
    return { poll: { id: pollId, choices: tally } }
  }
  const vote = (before: PublicSnapshot, { choiceIds }: { choiceIds: number[] }) => {
    const choices = before.choices.map((choice) => ({
      ...choice,
      votes: choice.votes + (choiceIds.includes(choice.id) ? 1 : 0),
    }))
    const count = before.voters + 1
    const snapshot = { ...before, revision: before.revision + 1, voters: count, totalVotes: count, choices }
    polls.set(before.pollId, snapshot)
    transport.publish(snapshot)
    return snapshot
  }

  const server = createServer(async (req, res) => {
    const [, , , pollId = '', what] = (req.url ?? '').split('/')
    const poll = polls.get(pollId)
    if (req.method === 'GET' && poll && what === 'stream') return transport.open(req, res, poll)
    let body = ''
    for await (const part of req) body += part
    const answer = poll && what === 'votes' ? vote(poll, JSON.parse(body)) : create(JSON.parse(body))
    const text = JSON.stringify(answer)
    res.writeHead(201, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) }).end(text)
  })
  return server.listen({ port, host: '127.0.0.1', backlog: 16_384 })
}
