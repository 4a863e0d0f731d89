import type { PollState, RoomState } from './state.ts'

/** A poll is other than it was, and that is committed. */
export interface PollChanged {
  /** What has happened to it. */
  type: 'created' | 'voted' | 'changed' | 'closed' | 'round-started' | 'deleted'
  /** The poll as the transaction left it. */
  poll: PollState
  /** Who has cast or taken back a vote, as the registry of streams knows them, and whether they have a ballot now. */
  voterKey?: string | undefined
  hasBallot?: boolean | undefined
}

/** A room is other than it was, and that is committed. */
export interface RoomChanged {
  type: 'created' | 'changed' | 'moved' | 'deleted'
  room: RoomState
}

/** What those listen to who act on changes (reactions/). */
export interface Signals {
  pollChanged: Signal<PollChanged>
  roomChanged: Signal<RoomChanged>
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
