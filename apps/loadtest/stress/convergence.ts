import { setTimeout as pause } from 'node:timers/promises'
import { type Poll, pollSchema } from '@pollcast/shared/poll'
import { routes } from '@pollcast/shared/routes'
import type { Backend, StoredPoll } from './backend.ts'
import type { History } from './history.ts'
import type { Node } from './node.ts'
import type { StreamObserver } from './stream-observer.ts'

/** How long it may take until all servers and streams agree with the database, once no fault is left. */
const CONVERGENCE_TIMEOUT_MS = 30_000

/** So often each of a pool's workers is asked, by connections that are dealt out in turn. */
const READS_PER_WORKER = 2

interface Observed {
  backend: Backend
  pollIds: readonly string[]
  nodes: readonly Node[]
  streams: readonly StreamObserver[]
  history: History
}

interface Convergence {
  stored: StoredPoll[]
  milliseconds: number
}

/** Waits until every server and every stream shows what the database holds. Notes those that do not in time. */
export async function convergence({ backend, pollIds, nodes, streams, history }: Observed): Promise<Convergence> {
  const start = performance.now()
  for (;;) {
    const revisions = await backend.revisions(pollIds)
    const behind = [...streamsBehind(streams, revisions), ...(await nodesBehind(nodes, revisions, history))]
    const milliseconds = performance.now() - start
    if (behind.length === 0 || milliseconds > CONVERGENCE_TIMEOUT_MS) {
      for (const failure of behind) history.failures.note(failure)
      const stored = await backend.polls(pollIds)
      // Votes that a server took before it was stopped may be counted as late as now.
      if (behind.length > 0 || stored.every(({ id, publicRevision }) => revisions.get(id) === publicRevision)) {
        return { stored, milliseconds }
      }
    }
    await pause(50)
  }
}

export function streamsBehind(streams: readonly StreamObserver[], revisions: ReadonlyMap<string, number>): string[] {
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
  const readAll = async (node: Node) => {
    const answers = []
    for (const pollId of revisions.keys()) {
      const reads = node.workers > 1 ? node.workers * READS_PER_WORKER : 1
      for (let read = 0; read < reads; read += 1) answers.push(await readPoll(node, pollId, history))
    }
    return answers
  }
  return (await Promise.all(nodes.map(readAll))).flat().flatMap(({ node, pollId, revision }) => {
    if (revision === revisions.get(pollId)) return []
    return [`${node.name} answers with ${revision} for ${pollId}, the database is on ${revisions.get(pollId)}`]
  })
}

/** Reads a poll over a connection of its own. The answer is checked like all others. */
async function readPoll(node: Node, pollId: string, history: History) {
  try {
    const options = { headers: { Connection: 'close' }, signal: AbortSignal.timeout(5000) }
    const answer = await fetch(node.url + routes.poll(pollId), options)
    if (answer.status !== 200) return { node, pollId, revision: answer.status }
    const { id, ...poll }: Poll = pollSchema.parse(await answer.json())
    history.read({ ...poll, pollId: id }, `${node.name}'s poll`)
    return { node, pollId, revision: poll.revision }
  } catch (error) {
    return { node, pollId, revision: (error as Error).message }
  }
}
