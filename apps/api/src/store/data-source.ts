import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import sqlite3 from 'sqlite3'
import { DataSource } from 'typeorm'
import { BallotEntity } from './entities/ballot-entity.ts'
import { ChoiceEntity } from './entities/choice-entity.ts'
import { PollEntity } from './entities/poll-entity.ts'
import { SettingEntity } from './entities/setting-entity.ts'
import { Polls1763856000000 } from './migrations/1763856000000-polls.ts'
import { DemoPolls1763856000001 } from './migrations/1763856000001-demo-polls.ts'

const entities = [PollEntity, ChoiceEntity, BallotEntity, SettingEntity]
const migrations = [Polls1763856000000, DemoPolls1763856000001]

/**
 * TypeORM asks for sqlite3's verbose mode, which takes a stack trace and a printout of the parameters for every
 * statement, in case it fails: a fifth of the time a vote takes.
 */
const driver = { ...sqlite3, verbose: () => sqlite3 }

/**
 * TypeORM keeps one connection to an SQLite file, and what one statement sees on it, another's open transaction may
 * still undo. So reads have a connection of their own: in WAL mode it sees what is committed, and waits for nobody.
 */
export interface Connections {
  writer: DataSource
  reader: DataSource
}

/** Opens an SQLite file, which is made with its folder where it is missing, and brings its schema up to date. */
export async function openSqlite(path: string): Promise<Connections> {
  await mkdir(dirname(path), { recursive: true })
  const file = { type: 'sqlite', database: path, driver, entities, busyTimeout: 5000 } as const

  const writer = await new DataSource({ ...file, enableWAL: true, migrations }).initialize()
  // FULL: a commit is on the disk before it is acknowledged, even if the power fails.
  await writer.query('PRAGMA synchronous = FULL')
  await writer.runMigrations({ transaction: 'each' })

  const reader = await new DataSource({ ...file, flags: sqlite3.OPEN_READONLY }).initialize()
  return { writer, reader }
}
