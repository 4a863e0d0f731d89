import { limits } from '@pollcast/shared/limits'

/** How much there may be at a time, as the admin has set it. Deleted rooms and polls don't count. */
export interface Capacity {
  /** Undefined for any number. */
  readonly maxRooms: number | undefined
  /** In a room. */
  readonly maxPolls: number
}

export const UNLIMITED: Capacity = { maxRooms: undefined, maxPolls: limits.pollsInRoom }
