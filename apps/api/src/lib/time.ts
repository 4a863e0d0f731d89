export const DAY_MS = 24 * 60 * 60 * 1000

/** Settles like the promise, or rejects after the timeout. */
export function withTimeout<T>(milliseconds: number, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`timed out after ${milliseconds} ms`)), milliseconds)
    promise.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}

/** Milliseconds before the next attempt: growing up to a limit, and random, so that nodes don't retry at the same time. */
export function backoff(attempt: number, { first = 100, longest = 5000 } = {}): number {
  return Math.min(first * 2 ** attempt, longest) * (0.5 + Math.random() / 2)
}
