import type { Random } from '../../processes/random.ts'
import { AttackedServer, type ServerOptions } from './attacked-server.ts'
import type { Verdict } from './verdict.ts'

/** One kind of attack. */
export interface Attack {
  /** Its name on the command line. */
  name: string
  /** What it does, for --help. */
  about: string
  run(context: AttackContext): Promise<void>
}

/** What an attack needs: servers, random numbers, and a place for its results. */
export class AttackContext {
  readonly random: Random
  readonly verdict: Verdict
  /** Shows progress. */
  readonly say: (detail: string) => void
  readonly #main: string
  readonly #servers: AttackedServer[] = []

  constructor(main: string, random: Random, verdict: Verdict, say: (detail: string) => void) {
    this.#main = main
    this.random = random
    this.verdict = verdict
    this.say = say
  }

  /** Starts a server to attack. It is stopped after the attack. */
  async open(options?: ServerOptions): Promise<AttackedServer> {
    const server = await AttackedServer.start(this.#main, options)
    this.#servers.push(server)
    return server
  }

  async close(): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.end()))
  }
}
