import { attempt } from './attempt.ts'

/**
 * The browser's Web Locks; undefined if it has none (over plain http) or refuses access. A request may still be
 * refused: with storage blocked it rejects with a SecurityError.
 */
export function webLocks(): LockManager | undefined {
  return attempt(() => navigator.locks) ?? undefined
}
