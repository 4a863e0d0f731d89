import type { Challenge } from '@pollcast/shared/proof-of-work'

/** Solves a challenge beside the page, which goes on; in a browser that refuses workers, in its pauses. */
async function solveAside(challenge: Challenge): Promise<string> {
  return (await solveInWorker(challenge).catch(() => undefined)) ?? (await import('./solve.ts')).solve(challenge)
}

async function solveInWorker(challenge: Challenge): Promise<string> {
  const worker = new Worker(new URL('./solve-worker.ts', import.meta.url), { type: 'module' })
  try {
    return await new Promise<string>((resolve, reject) => {
      worker.onmessage = ({ data }) => resolve(data)
      worker.onerror = reject
      worker.postMessage(challenge)
    })
  } finally {
    worker.terminate()
  }
}

/** The proofs of work of a new voter, where very many came from their network (shared/proof-of-work.ts). */
export function createProofs() {
  let ready: Promise<string> | undefined
  return {
    /** Begins with the challenge that came with the page. */
    prepare(challenge: Challenge): void {
      ready = solveAside(challenge)
      // It is asked for with the vote: then it fails.
      ready.catch(() => {})
    },

    /** The headers that prove the work: of this challenge, or else of the one that was prepared, which is used up with that. */
    async headers(challenge?: Challenge): Promise<Record<string, string>> {
      const proof = challenge ? solveAside(challenge) : ready
      ready = undefined
      return proof ? { 'Pollcast-Proof': await proof } : {}
    },
  }
}
