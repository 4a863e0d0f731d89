import { shallowRef } from 'vue'
import { storageOf } from '../browser/storage.ts'

/** A room whose host key this browser keeps. */
export interface HostRoom {
  code: string
  hostKey: string
  /** Its title, or else a question of it. */
  title: string
  /** When its host page was last opened (ISO 8601). */
  openedAt: string
}

const storage = storageOf<HostRoom[]>('rooms')
const rooms = shallowRef<readonly HostRoom[]>(storage.read() ?? [])

function save(next: HostRoom[]): void {
  rooms.value = next
  storage.write(next)
}

/** What is kept: another tab may have changed it. */
const read = () => storage.read() ?? []

/** The rooms that this browser hosts, the last opened first. The keys are kept here and nowhere else. */
export const hostRooms = {
  list: () => rooms.value,

  find: (code: string): HostRoom | undefined => rooms.value.find((room) => room.code === code),

  /** Keeps a key, or a room's new title or time; what is not given stays. */
  keep(changed: Pick<HostRoom, 'code'> & Partial<HostRoom>): void {
    const kept = read()
    const before = kept.find(({ code }) => code === changed.code)
    const room = { hostKey: '', title: '', openedAt: new Date().toISOString(), ...before, ...changed }
    if (room.hostKey === '') return
    const others = kept.filter(({ code }) => code !== room.code)
    save([room, ...others].sort((one, other) => other.openedAt.localeCompare(one.openedAt)))
  },

  /** For a room that was deleted, or is not wanted in the list. Its key is lost with it. */
  forget(code: string): void {
    save(read().filter((room) => room.code !== code))
  },

  /** Takes over what other tabs have kept meanwhile. */
  refresh(): void {
    rooms.value = read()
  },
}
