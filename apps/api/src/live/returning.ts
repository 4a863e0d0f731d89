import { subjectOf } from './broker.ts'

/** Milliseconds within which a client asks again, on a slow network too. */
const RETURN_MS = 5000

/**
 * Clients of long polls that have their answer and are about to ask again: they watch as those with streams do. Which client
 * comes back is not told: any takes the place of the one that was answered first.
 */
export class Returning {
  /** By subject, for each client when it is expected no longer. */
  readonly #expected = new Map<string, NodeJS.Timeout[]>()

  /** Number of clients that are expected back on a topic of the subject. */
  count(subject: string): number {
    return this.#expected.get(subject)?.length ?? 0
  }

  answered(topic: string): void {
    const expected = this.#expected.get(subjectOf(topic)) ?? []
    this.#expected.set(subjectOf(topic), expected)
    expected.push(setTimeout(() => this.remove(topic), RETURN_MS).unref())
  }

  /** One that was expected has come, or is expected no longer. */
  remove(topic: string): void {
    const expected = this.#expected.get(subjectOf(topic))
    clearTimeout(expected?.shift())
    if (expected?.length === 0) this.#expected.delete(subjectOf(topic))
  }
}
