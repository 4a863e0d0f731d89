import { randomBytes } from 'node:crypto'
import type { DataSource } from 'typeorm'
import { SettingEntity } from './entities/setting-entity.ts'

/** What an installation makes for itself on its first start: then the same in every process on its database. */
export interface Settings {
  /** The key that voter cookies are signed with, a secret. */
  readonly voterKey: string
  /** Tells this installation from others, in the name of its cookie: 8 lower-case letters and digits, no secret. */
  readonly installationId: string
}

const VOTER_KEY = 'voter-key'
const INSTALLATION_ID = 'installation-id'

/** Makes those that are not there. */
export async function makeSettings(writer: DataSource): Promise<void> {
  const values = [
    { name: VOTER_KEY, value: randomBytes(32).toString('base64url') },
    { name: INSTALLATION_ID, value: randomBytes(4).toString('hex') },
  ]
  await writer.createQueryBuilder().insert().into(SettingEntity).values(values).orIgnore().execute()
}

/** Undefined until all of them have been made. */
export async function findSettings(reader: DataSource): Promise<Settings | undefined> {
  const rows = await reader.manager.find(SettingEntity)
  const [voterKey, installationId] = [VOTER_KEY, INSTALLATION_ID].map(
    (name) => rows.find((row) => row.name === name)?.value,
  )
  return voterKey === undefined || installationId === undefined ? undefined : { voterKey, installationId }
}

export async function readSettings(reader: DataSource): Promise<Settings> {
  const settings = await findSettings(reader)
  if (!settings) throw new Error('The database has not been set up: start the process that writes to it first.')
  return settings
}
