import type { Snapshot } from '@pollcast/shared/poll'

/**
 * Says that something has happened to whoever wants to know, so that what did it need not know them. Receivers are
 * called in turn before `emit` returns; one that throws is reported and harms neither the sender nor the others.
 */
export class Signal<Event> {
  readonly #receivers: ((event: Event) => void)[] = []
  readonly #onError: (error: unknown) => void

  constructor(onError: (error: unknown) => void) {
    this.#onError = onError
  }

  connect(receiver: (event: Event) => void): void {
    this.#receivers.push(receiver)
  }

  emit(event: Event): void {
    for (const receiver of this.#receivers) {
      try {
        receiver(event)
      } catch (error) {
        this.#onError(error)
      }
    }
  }
}

/** A vote has changed a poll, and is committed. */
export interface VoteCast {
  /** The poll as the vote's own transaction left it. */
  snapshot: Snapshot
}
