import { pollIdSchema } from '@pollcast/shared/poll'
import type { Context } from 'koa'
import { pollNotFound } from '../polls/errors.ts'

/** The `:id` of the address. What can't be a poll's id is the id of no poll: nobody needs to look for it. */
export function pollIdOf(ctx: Context): string {
  const id: string = ctx.params.id
  if (!pollIdSchema.safeParse(id).success) throw pollNotFound()
  return id
}
