import type { MigrationInterface, QueryRunner } from 'typeorm'

/** When something last happened in a room, and when it is deleted if nothing does. Rooms that are there count from now. */
export class Retention1764115600000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const text = runner.connection.options.type === 'postgres' ? 'varchar COLLATE "C"' : 'varchar'
    await runner.query(`ALTER TABLE room ADD COLUMN active_at ${text} NOT NULL DEFAULT ''`)
    await runner.query(`ALTER TABLE room ADD COLUMN deletes_at ${text}`)
    await runner.query(`UPDATE room SET active_at = '${new Date().toISOString()}'`)
    // A room's own row is not written by votes: they would wait for its host, and its host for them.
    await runner.query(`ALTER TABLE poll ADD COLUMN voted_at ${text}`)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE poll DROP COLUMN voted_at')
    await runner.query('ALTER TABLE room DROP COLUMN deletes_at')
    await runner.query('ALTER TABLE room DROP COLUMN active_at')
  }
}
