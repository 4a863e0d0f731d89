/** Settles as the promise does, or rejects after that many milliseconds. */
export function within<T>(milliseconds: number, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no answer for ${milliseconds} ms`)), milliseconds)
    promise.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}

/** What went wrong, in words: where several addresses of a host were tried, Node gives a code and no message. */
export const reasonOf = (error: Error): string => error.message || (error as NodeJS.ErrnoException).code || error.name

/** Milliseconds to wait before the next attempt: growing, bounded, and not the same for nodes that fail together. */
export function backoff(attempt: number, { first = 100, longest = 5000 } = {}): number {
  return Math.min(first * 2 ** attempt, longest) * (0.5 + Math.random() / 2)
}
