import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { Challenge, Proof } from '@pollcast/shared/proof-of-work'

/** As who stuffs a poll would write it: with the processor's own SHA-256, and no more than it takes. */
const SOLVE = `
const { parentPort } = require('node:worker_threads')
const { hash } = require('node:crypto')
parentPort.on('message', ({ id, salt, nonce, prefix }) => {
  const text = Buffer.concat([Buffer.from(salt, 'hex'), Buffer.from(nonce, 'hex'), Buffer.alloc(4)])
  for (let counter = 0; counter < 2 ** 32; counter += 1) {
    text.writeUInt32BE(counter, 32)
    const derivedKey = hash('sha256', text, 'hex')
    if (derivedKey.startsWith(prefix)) return parentPort.postMessage({ id, counter, derivedKey })
  }
})
`

/** Solves challenges on so many cores. */
export class ProofSolver {
  readonly #workers: Worker[]
  readonly #waiting = new Map<number, (solution: Proof['solution']) => void>()
  #last = 0

  constructor(cores = availableParallelism()) {
    this.#workers = Array.from({ length: cores }, () => new Worker(SOLVE, { eval: true }))
    for (const worker of this.#workers) {
      worker.unref()
      worker.on('message', ({ id, ...solution }) => {
        this.#waiting.get(id)?.(solution)
        this.#waiting.delete(id)
      })
    }
  }

  /** The value of the header Pollcast-Proof. */
  async solve(challenge: Challenge): Promise<string> {
    const { salt, nonce, keyPrefix: prefix } = challenge.parameters
    this.#last += 1
    const id = this.#last
    const solution = await new Promise<Proof['solution']>((resolve) => {
      this.#waiting.set(id, resolve)
      this.#workers[id % this.#workers.length]?.postMessage({ id, salt, nonce, prefix })
    })
    const proof: Proof = { challenge, solution }
    return Buffer.from(JSON.stringify(proof)).toString('base64')
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()))
  }
}
