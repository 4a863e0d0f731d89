import { randomBytes } from 'node:crypto'
import type { DataSource, EntityManager } from 'typeorm'
import { InstallationEntity } from './entities/installation-entity.ts'

/** What an installation makes for itself on its first start: then the same in every process on its database. */
export interface Installation {
  /** The key that voter cookies are signed with, a secret. */
  readonly voterKey: string
  /** Tells this installation from others, in the name of its cookie: 8 lower-case letters and digits, no secret. */
  readonly installationId: string
  /**
   * Tells one life of the database from another: 8 letters, digits, `-` and `_`, no secret. A restore renews it, for
   * revisions have gone back then: those of two epochs can't be compared.
   */
  readonly epoch: string
}

const VOTER_KEY = 'voter-key'
const INSTALLATION_ID = 'installation-id'
export const EPOCH = 'epoch'

export const newEpoch = () => ({ name: EPOCH, value: randomBytes(6).toString('base64url') })

/** Makes those that are not there. */
export async function makeInstallation(writer: DataSource): Promise<void> {
  const values = [
    { name: VOTER_KEY, value: randomBytes(32).toString('base64url') },
    { name: INSTALLATION_ID, value: randomBytes(4).toString('hex') },
    newEpoch(),
  ]
  await writer.createQueryBuilder().insert().into(InstallationEntity).values(values).orIgnore().execute()
}

/** Begins another life of the database. To be called where what is in it may be older than what clients have seen. */
export async function renewEpoch(manager: EntityManager): Promise<void> {
  await manager.save(InstallationEntity, newEpoch())
}

/** Writes and changes nothing: shows that a database takes writes. */
export const touchInstallation = `UPDATE setting SET value = value WHERE name = '${EPOCH}'`

/** Undefined until all of them have been made. */
export async function findInstallation(reader: DataSource): Promise<Installation | undefined> {
  const rows = await reader.manager.find(InstallationEntity)
  const [voterKey, installationId, epoch] = [VOTER_KEY, INSTALLATION_ID, EPOCH].map(
    (name) => rows.find((row) => row.name === name)?.value,
  )
  if (voterKey === undefined || installationId === undefined || epoch === undefined) return undefined
  return { voterKey, installationId, epoch }
}

export async function readInstallation(reader: DataSource): Promise<Installation> {
  const installation = await findInstallation(reader)
  if (!installation) throw new Error('The database has not been set up: start the process that writes to it first.')
  return installation
}
