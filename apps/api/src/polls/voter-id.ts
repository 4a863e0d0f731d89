import { randomUUID } from 'node:crypto'

/** Few enough for their ballots to fill a few pages of the database, and enough for nobody to stand out among them. */
const GROUP_SIZE = 256

let group = ''
let free = 0

/**
 * The id of a new voter: `group_rest`, both random. Voters who come to this process one after the other are a group: their
 * ballots are stored near each other (ballot-id.ts).
 */
export function newVoterId(): string {
  if (free === 0) {
    group = randomUUID().slice(0, 8)
    free = GROUP_SIZE
  }
  free -= 1
  return `${group}_${randomUUID()}`
}

/** Undefined for the ids of earlier versions, and for those of clients that are known by their idempotency key. */
export const groupOf = (voterId: string): string | undefined => /^([0-9a-f]{8})_/.exec(voterId)?.[1]
