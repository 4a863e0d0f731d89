import type { MigrationInterface, QueryRunner } from 'typeorm'

/** Bursts of new voters, and which ballots came with them. Of who they were it says nothing. Those that are there came with none. */
export class Bursts1764115700000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const text = runner.connection.options.type === 'postgres' ? 'varchar COLLATE "C"' : 'varchar'
    await runner.query('ALTER TABLE ballot ADD COLUMN burst integer')
    await runner.query('ALTER TABLE ballot ADD COLUMN voided integer NOT NULL DEFAULT 0')
    await runner.query('CREATE INDEX ballot_of_burst ON ballot (poll_id, round, burst) WHERE burst IS NOT NULL')
    await runner.query(`CREATE TABLE burst (
      poll_id ${text} NOT NULL REFERENCES poll (id) ON DELETE CASCADE,
      round integer NOT NULL,
      number integer NOT NULL,
      began_at ${text} NOT NULL,
      voided integer NOT NULL DEFAULT 0,
      PRIMARY KEY (poll_id, round, number)
    )`)
  }

  /** Ballots that were voided are not in the counters, and would be taken for ones that are. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE burst')
    await runner.query('DELETE FROM ballot WHERE voided = 1')
    await runner.query('DROP INDEX ballot_of_burst')
    await runner.query('ALTER TABLE ballot DROP COLUMN voided')
    await runner.query('ALTER TABLE ballot DROP COLUMN burst')
  }
}
