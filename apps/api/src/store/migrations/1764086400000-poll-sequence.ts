import type { MigrationInterface, QueryRunner } from 'typeorm'

/** Polls are listed in the order they were made in, which a clock that was set back does not tell. */
export class PollSequence1764086400000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE poll ADD COLUMN sequence integer NOT NULL DEFAULT 0')
    await runner.query(`UPDATE poll SET sequence = numbered.sequence
      FROM (SELECT id, row_number() OVER (ORDER BY created_at, id) AS sequence FROM poll) AS numbered
      WHERE poll.id = numbered.id`)
    await runner.query('DROP INDEX poll_newest_first')
    await runner.query('CREATE INDEX poll_newest_first ON poll (sequence, id)')
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX poll_newest_first')
    await runner.query('CREATE INDEX poll_newest_first ON poll (created_at, id)')
    await runner.query('ALTER TABLE poll DROP COLUMN sequence')
  }
}
