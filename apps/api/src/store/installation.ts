import { randomBytes } from 'node:crypto'
import type { DataSource } from 'typeorm'
import { InstallationEntity } from './entities/installation-entity.ts'

/** What an installation makes for itself on its first start: then the same in every process on its database. */
export interface Installation {
  /** The key that voter cookies are signed with, a secret. */
  readonly voterKey: string
  /** Tells this installation from others, in the name of its cookie: 8 lower-case letters and digits, no secret. */
  readonly installationId: string
}

const VOTER_KEY = 'voter-key'
const INSTALLATION_ID = 'installation-id'

/** Makes those that are not there. */
export async function makeInstallation(writer: DataSource): Promise<void> {
  const values = [
    { name: VOTER_KEY, value: randomBytes(32).toString('base64url') },
    { name: INSTALLATION_ID, value: randomBytes(4).toString('hex') },
  ]
  await writer.createQueryBuilder().insert().into(InstallationEntity).values(values).orIgnore().execute()
}

/** Undefined until all of them have been made. */
export async function findInstallation(reader: DataSource): Promise<Installation | undefined> {
  const rows = await reader.manager.find(InstallationEntity)
  const [voterKey, installationId] = [VOTER_KEY, INSTALLATION_ID].map(
    (name) => rows.find((row) => row.name === name)?.value,
  )
  return voterKey === undefined || installationId === undefined ? undefined : { voterKey, installationId }
}

export async function readInstallation(reader: DataSource): Promise<Installation> {
  const installation = await findInstallation(reader)
  if (!installation) throw new Error('The database has not been set up: start the process that writes to it first.')
  return installation
}
