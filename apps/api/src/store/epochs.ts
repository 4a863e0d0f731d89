import type { Database, WritableDatabase } from './database.ts'
import { InstallationEntity } from './entities/installation-entity.ts'
import { EPOCH, newEpoch } from './installation.ts'

/** Writes the epoch, for every process on the database. */
export interface EpochWriter {
  /**
   * Begins another epoch, unless somebody has done so since `known` was read: processes that notice the same restore
   * begin one.
   *
   * @returns the epoch that is on
   */
  renewEpoch(known: string): Promise<string>
}

export function epochWriter({ transactions }: Pick<WritableDatabase, 'transactions'>): EpochWriter {
  return {
    renewEpoch: (known) =>
      transactions.run(async ({ manager }) => {
        // Of two processes at once, one finds it renewed by then.
        await manager.update(InstallationEntity, { name: EPOCH, value: known }, newEpoch())
        return (await manager.findOneByOrFail(InstallationEntity, { name: EPOCH })).value
      }, 'repeatable'),
  }
}

/** The epoch as the database has it now. */
export async function readEpoch(database: Pick<Database, 'read'>): Promise<string> {
  const { value } = await database.read((manager) => manager.findOneByOrFail(InstallationEntity, { name: EPOCH }))
  return value
}
