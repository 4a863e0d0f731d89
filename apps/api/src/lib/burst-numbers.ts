import { createHmac, randomBytes } from 'node:crypto'

const HOUR_MS = 3_600_000

/** Hex. */
export const newBurstKey = (): string => randomBytes(32).toString('hex')

/** Below 2 to the power of 31, as columns of both engines hold it. */
export const isBurstNumber = (number: number): boolean => Number.isInteger(number) && number > 0 && number < 2 ** 31

const numberOf = (hash: Buffer): number => 1 + (hash.readUInt32BE() % (2 ** 31 - 2))

/**
 * The number that a burst has in a poll, and is stored under: a burst may be of one voter, whose ballots in other polls it
 * would tell.
 */
export const burstInPoll = (serverKey: string, pollId: string, burst: number): number =>
  numberOf(createHmac('sha256', serverKey).update(`["burst","${pollId}",${burst}]`).digest())

/**
 * The numbers of bursts: one for all that comes from a network within an hour. The key lives in memory alone, so that nobody
 * who has the number, and all that is on disk, finds the network.
 */
export class BurstNumbers {
  /** The workers of a pool share one, which they get from its primary. */
  key = newBurstKey()

  /** @param now milliseconds since 1970 */
  of(network: string, now = Date.now()): number {
    const hour = Math.floor(now / HOUR_MS)
    return numberOf(createHmac('sha256', this.key).update(`${hour} ${network}`).digest())
  }
}
