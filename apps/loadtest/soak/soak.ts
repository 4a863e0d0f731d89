import type { AttackedServer } from '../attack/support/attacked-server.ts'
import { Failures } from '../processes/failures.ts'
import type { Random } from '../processes/random.ts'
import type { Pace } from './pace.ts'

/** What all who use the server share. */
export class Soak {
  readonly server: AttackedServer
  readonly adminKey: string
  readonly random: Random
  readonly pace: Pace
  readonly failures = new Failures()
  /** What was done, and how often. */
  readonly done = new Failures()
  /** The codes of the rooms that are in use. */
  readonly rooms = new Set<string>()
  /** Whether all that is begun is to be brought to its end. */
  isEnding = false

  constructor(server: AttackedServer, adminKey: string, random: Random, pace: Pace) {
    this.server = server
    this.adminKey = adminKey
    this.random = random
    this.pace = pace
  }

  /** Rooms that were deleted. */
  get deleted(): number {
    const { all } = this.done
    return (all['rooms deleted'] ?? 0) + (all['rooms deleted by the admin'] ?? 0)
  }

  /** An address that a proxy in front tells the server. */
  newAddress(): string {
    const part = () => this.random.whole(0, 255)
    return `10.${part()}.${part()}.${part()}`
  }

  /** Notes an answer that says that the server failed. @returns whether it does */
  isFault(what: string, status: number): boolean {
    const isFault = [500, 502, 503, 504].includes(status)
    if (isFault) this.failures.note(`${what} was answered with ${status}`)
    return isFault
  }
}
