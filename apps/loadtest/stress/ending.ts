import { setTimeout as pause } from 'node:timers/promises'
import { type Poll, pollSchema } from '@pollcast/shared/poll'
import { routes } from '@pollcast/shared/routes'
import type { History } from './history.ts'
import type { Node } from './node.ts'
import type { Servers } from './servers.ts'
import { type StoredPoll, storedPolls, storedRevisions } from './stored-polls.ts'
import type { StreamWitness } from './stream-witness.ts'

/** Milliseconds in which all nodes and streams agree with the database, once nothing is in their way. */
const AGREED = 30_000

interface Watched {
  servers: Servers
  pollIds: readonly string[]
  nodes: readonly Node[]
  streams: readonly StreamWitness[]
  history: History
}

interface Ending {
  stored: StoredPoll[]
  /** How long it took until all agreed. */
  milliseconds: number
}

/**
 * Waits until every node and every stream shows what the database holds. Whoever does not, in the time there is, is
 * noted.
 */
export async function ending({ servers, pollIds, nodes, streams, history }: Watched): Promise<Ending> {
  const start = performance.now()
  for (;;) {
    const revisions = await storedRevisions(servers.databaseUrl, pollIds)
    const wrong = [...streamsBehind(streams, revisions), ...(await nodesBehind(nodes, revisions, history))]
    const milliseconds = performance.now() - start
    if (wrong.length === 0 || milliseconds > AGREED) {
      for (const fault of wrong) history.faults.note(fault)
      const stored = await storedPolls(servers.databaseUrl, pollIds)
      // Votes that a node had before it was stopped may be counted as late as now.
      if (wrong.length > 0 || stored.every(({ id, revision }) => revisions.get(id) === revision)) {
        return { stored, milliseconds }
      }
    }
    await pause(50)
  }
}

export function streamsBehind(streams: readonly StreamWitness[], revisions: ReadonlyMap<string, number>): string[] {
  return streams.flatMap(({ pollIds, shown }, index) =>
    pollIds
      .filter((pollId) => shown.get(pollId) !== revisions.get(pollId))
      .map((id) => `stream ${index} ended on revision ${shown.get(id)} of ${id}, the database on ${revisions.get(id)}`),
  )
}

async function nodesBehind(
  nodes: readonly Node[],
  revisions: ReadonlyMap<string, number>,
  history: History,
): Promise<string[]> {
  const answers = nodes.flatMap((node) => [...revisions.keys()].map((pollId) => read(node, pollId, history)))
  return (await Promise.all(answers)).flatMap(({ node, pollId, revision }) => {
    if (revision === revisions.get(pollId)) return []
    return [`${node.name} answers with ${revision} for ${pollId}, the database is on ${revisions.get(pollId)}`]
  })
}

/** Asks a node for a poll, which counts as seen. */
async function read(node: Node, pollId: string, history: History) {
  try {
    const answer = await fetch(node.url + routes.poll(pollId), { signal: AbortSignal.timeout(5000) })
    if (answer.status !== 200) return { node, pollId, revision: answer.status }
    const { id, revision, status, totalVotes, choices }: Poll = pollSchema.parse(await answer.json())
    history.read({ pollId: id, revision, status, totalVotes, choices }, `${node.name}'s poll`)
    return { node, pollId, revision }
  } catch (error) {
    return { node, pollId, revision: (error as Error).message }
  }
}
