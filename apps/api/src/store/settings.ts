import { randomBytes } from 'node:crypto'
import type { DataSource } from 'typeorm'
import { SettingEntity } from './entities/setting-entity.ts'

const VOTER_KEY = 'voter-key'

/** Makes what is made on the first start and then always the same, in every process. */
export async function makeSettings(writer: DataSource): Promise<void> {
  const value = randomBytes(32).toString('base64url')
  await writer.createQueryBuilder().insert().into(SettingEntity).values({ name: VOTER_KEY, value }).orIgnore().execute()
}

export async function readVoterKey(reader: DataSource): Promise<string> {
  return (await reader.manager.findOneByOrFail(SettingEntity, { name: VOTER_KEY })).value
}
