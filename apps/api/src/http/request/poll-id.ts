import { pollIdSchema } from '@pollcast/shared/poll'
import type { Context } from 'koa'
import { pollNotFound } from '../../polls/errors.ts'

/** The `:id` of the path. Throws a PollError if it can't be the id of a poll: so the database is not asked for it. */
export function pollIdOf(ctx: Context): string {
  const id: string = ctx.params.id
  if (!pollIdSchema.safeParse(id).success) throw pollNotFound()
  return id
}
