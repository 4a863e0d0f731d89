import { createHmac } from 'node:crypto'
import type { View } from '@pollcast/shared/poll'

/** What an id says: that its holder has seen this revision of a view. */
export interface EventId {
  /** The poll's id or the room's code. */
  id: string
  view: View
  revision: number
}

/** Characters of the signature: enough that one can't be guessed online, short enough for every frame. */
const MAC_LENGTH = 8

const PATTERN = /^([\w-]{1,16})\.(\w{1,16})\.(public|voted|host)\.(\d{1,16})\.([\w-]{8})$/

/**
 * The `id:` of events, which clients give back when they reconnect, and the basis of ETags: `EPOCH.POLL.VIEW.REVISION.MAC`.
 * The epoch is the database's life: after a restore, revisions begin anew. The signature keeps a forged id from proving
 * that a revision was there.
 */
export class EventIds {
  readonly #key: string
  #epoch: string

  constructor(serverKey: string, epoch: string) {
    this.#key = serverKey
    this.#epoch = epoch
  }

  /** Has ids be of another epoch: those of this one say nothing any more. */
  renew(epoch: string): void {
    this.#epoch = epoch
  }

  write({ id, view, revision }: EventId): string {
    const text = `${this.#epoch}.${id}.${view}.${revision}`
    return `${text}.${this.#mac(text)}`
  }

  /** What the id says; undefined where it is no id of this epoch, or forged. */
  read(text: string): EventId | undefined {
    const [, epoch, id, view, revision, mac] = PATTERN.exec(text) ?? []
    if (epoch !== this.#epoch || id === undefined || view === undefined) return undefined
    if (mac !== this.#mac(text.slice(0, -1 - MAC_LENGTH))) return undefined
    return { id, view: view as View, revision: Number(revision) }
  }

  #mac(text: string): string {
    // No voter's id has a space in it, so this is never the signature of a voter's cookie.
    return createHmac('sha256', this.#key).update(`event id ${text}`).digest('base64url').slice(0, MAC_LENGTH)
  }
}
