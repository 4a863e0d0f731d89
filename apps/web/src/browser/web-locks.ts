import { attempt } from './attempt.ts'

/**
 * The browser's Web Locks; undefined where it has none (over plain http) or refuses to say. Each request can still be
 * refused: in a page whose storage is blocked it rejects with a SecurityError.
 */
export function webLocks(): LockManager | undefined {
  return attempt(() => navigator.locks) ?? undefined
}
