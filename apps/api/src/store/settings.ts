import { randomBytes } from 'node:crypto'
import type { Database } from './database.ts'
import { SettingEntity } from './entities/setting-entity.ts'

/** The key that voter cookies are signed with: made on the first start, then always the same, in every process. */
export async function voterKey({ writer }: Database): Promise<string> {
  const name = 'voter-key'
  const value = randomBytes(32).toString('base64url')
  await writer.createQueryBuilder().insert().into(SettingEntity).values({ name, value }).orIgnore().execute()
  return (await writer.manager.findOneByOrFail(SettingEntity, { name })).value
}
