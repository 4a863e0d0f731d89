import type { Snapshot } from '@pollcast/shared/poll'

/**
 * Where the broker keeps the newest snapshot of each poll that is watched. A variant may share it between processes;
 * this is what each must promise.
 */
export interface MessageCache {
  /** How many polls are held. */
  readonly size: number
  /** From now on this poll is watched here: keep its snapshots. */
  hold(pollId: string): void
  /** Nobody watches it here any more: forget it. */
  release(pollId: string): void
  /** Takes the snapshot only if it is newer than what is kept. False says that it was not. Never waits. */
  offer(snapshot: Snapshot): boolean
  /**
   * The newest snapshot known, if there is one. Failing is the same as knowing none. Nothing older than the revision
   * that is wanted is of use.
   */
  read(pollId: string, wanted: number): Promise<Snapshot | undefined> | Snapshot | undefined
}

/** The cache of a process by itself. A poll that is not held costs no memory: its snapshots pass through. */
export class MemoryMessageCache implements MessageCache {
  readonly #held = new Map<string, Snapshot | undefined>()

  get size(): number {
    return this.#held.size
  }

  hold(pollId: string): void {
    if (!this.#held.has(pollId)) this.#held.set(pollId, undefined)
  }

  release(pollId: string): void {
    this.#held.delete(pollId)
  }

  offer(snapshot: Snapshot): boolean {
    if (!this.#held.has(snapshot.pollId)) return true
    const kept = this.#held.get(snapshot.pollId)
    if (kept && kept.revision >= snapshot.revision) return false
    this.#held.set(snapshot.pollId, snapshot)
    return true
  }

  read(pollId: string): Snapshot | undefined {
    return this.#held.get(pollId)
  }
}
