/** Settles as the promise does, or rejects after that many milliseconds. */
export function withTimeout<T>(milliseconds: number, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`timed out after ${milliseconds} ms`)), milliseconds)
    promise.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}

/** Milliseconds to wait before the next attempt: growing, bounded, and random, so that nodes don't retry in step. */
export function backoff(attempt: number, { first = 100, longest = 5000 } = {}): number {
  return Math.min(first * 2 ** attempt, longest) * (0.5 + Math.random() / 2)
}
