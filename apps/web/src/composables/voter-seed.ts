import { randomKey } from '../api/random-key.ts'
import { storageOf } from '../browser/storage.ts'

/** A random text that stays the same for this browser: choices are in an order of its own, in each poll another one. */
export function voterSeed(pollId: string): string {
  const storage = storageOf<string>('seed')
  const seed = storage.read() ?? randomKey()
  storage.write(seed)
  return `${seed} ${pollId}`
}
