import { randomBytes } from 'node:crypto'
import type { DataSource } from 'typeorm'
import { SettingEntity } from './entities/setting-entity.ts'

const VOTER_KEY = 'voter-key'

/** Makes, on the first start, the key that voter cookies are signed with: then it is always the same, in every process. */
export async function makeVoterKey(writer: DataSource): Promise<void> {
  const value = randomBytes(32).toString('base64url')
  await writer.createQueryBuilder().insert().into(SettingEntity).values({ name: VOTER_KEY, value }).orIgnore().execute()
}

/** Undefined until it has been made. */
export async function findVoterKey(reader: DataSource): Promise<string | undefined> {
  return (await reader.manager.findOneBy(SettingEntity, { name: VOTER_KEY }))?.value
}

export async function readVoterKey(reader: DataSource): Promise<string> {
  return (await reader.manager.findOneByOrFail(SettingEntity, { name: VOTER_KEY })).value
}
