import type { PollState } from './state.ts'

/** A poll is other than it was, and that is committed. */
export interface PollChanged {
  /** What has happened to it. */
  type: 'created' | 'voted' | 'changed' | 'closed' | 'deleted'
  /** The poll as the transaction left it. */
  poll: PollState
}

/**
 * Calls every listener, in order, before `emit` returns; one that throws is reported and harms neither the sender nor the
 * others.
 */
export class Signal<Event> {
  readonly #listeners: ((event: Event) => void)[] = []
  readonly #onError: (error: unknown) => void

  constructor(onError: (error: unknown) => void) {
    this.#onError = onError
  }

  listen(listener: (event: Event) => void): void {
    this.#listeners.push(listener)
  }

  emit(event: Event): void {
    for (const listener of this.#listeners) {
      try {
        listener(event)
      } catch (error) {
        this.#onError(error)
      }
    }
  }
}
