import { type AdminRoom, adminRoomsSchema } from '@pollcast/shared/admin'
import { routes } from '@pollcast/shared/routes'
import type { Soak } from './soak.ts'
import { Visitor } from './visitor.ts'

/**
 * Requests that were altered at random make rooms if they happen to be valid. Whoever runs the server deletes those that are
 * older.
 */
export async function deleteStrangeRooms(soak: Soak, olderThanMs: number): Promise<void> {
  const admin = adminOf(soak)
  for (const { code, createdAt } of await roomsOf(soak)) {
    if (soak.rooms.has(code) || Date.parse(createdAt) > Date.now() - olderThanMs) continue
    // Another may have deleted it meanwhile.
    const answer = await admin.try('a deletion by the admin', routes.adminRoom(code), { method: 'DELETE' })
    if (answer?.status === 204) soak.done.note('rooms deleted by the admin')
  }
}

/** All there are. */
export async function roomsOf(soak: Soak): Promise<AdminRoom[]> {
  const found: AdminRoom[] = []
  for (;;) {
    const text = await adminOf(soak).ask('rooms listed by the admin', `${routes.adminRooms}?offset=${found.length}`)
    const { rooms, total } = adminRoomsSchema.parse(JSON.parse(text ?? ''))
    found.push(...rooms)
    if (rooms.length === 0 || found.length >= total) return found
  }
}

export function adminOf(soak: Soak): Visitor {
  const admin = new Visitor(soak)
  admin.key = soak.adminKey
  return admin
}
