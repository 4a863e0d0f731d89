import type { Context } from 'koa'
import type { CreatePolls } from '../../lib/create-polls.ts'
import { isSameSecret } from '../../lib/is-same-secret.ts'
import { PollError } from '../../polls/errors.ts'
import { bearerOf } from './host-key.ts'
import { type CodeParts, limitedByCode } from './rate-limit.ts'

interface CreateParts extends CodeParts {
  createPolls: CreatePolls
}

/** Rejects with a PollError where who asks may make no room. Those who try too many keys are refused for a while. */
export async function requireMayCreate(ctx: Context, parts: CreateParts): Promise<void> {
  const { createPolls } = parts
  if (createPolls === 'anyone') return
  if (createPolls === 'nobody') {
    throw new PollError('creation-closed', 'No new polls can be made on this server. Its rooms stay open.')
  }
  const check = async () => checkCreateKey(ctx, createPolls.key)
  await limitedByCode(parts, ctx, check)
}

function checkCreateKey(ctx: Context, key: string): void {
  const given = bearerOf(ctx)
  if (given === undefined) {
    throw new PollError(
      'create-key-required',
      'To make polls on this server, you need its key. Ask who runs it, and send it: "Authorization: Bearer KEY".',
    )
  }
  if (!isSameSecret(given, key)) {
    throw new PollError('invalid-create-key', 'This is not the key for making polls on this server. Check it.')
  }
}
