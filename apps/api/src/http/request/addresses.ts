import { pollIdSchema, roomCodeSchema } from '@pollcast/shared/poll'
import type { Context } from 'koa'
import { pollNotFound, roomNotFound } from '../../polls/errors.ts'

/** The `:id` of the path. Throws a PollError if it can't be the id of a poll: so the database is not asked for it. */
export function pollIdOf(ctx: Context): string {
  const id: string = ctx.params.id
  if (!pollIdSchema.safeParse(id).success) throw pollNotFound()
  return id
}

/** The same for the `:code` of a room. */
export const roomCodeOf = (ctx: Context): string => requireRoomCode(ctx.params.code)

/** A room's code as people type it: with blanks, dashes and dots where they like. */
export function requireRoomCode(text: string): string {
  const code = text.replace(/[\s\p{Pd}\p{DI}.]+/gu, '')
  if (!roomCodeSchema.safeParse(code).success) throw roomNotFound()
  return code
}
