import type { MigrationInterface, QueryRunner } from 'typeorm'

/** A poll that was deleted leaves its row behind, so that its address is known to be of a deleted one. */
export class DeletedPolls1764115400000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const text = runner.connection.options.type === 'postgres' ? 'varchar COLLATE "C"' : 'varchar'
    await runner.query(`ALTER TABLE poll ADD COLUMN deleted_at ${text}`)
    // So that a poll's deletion deletes what its votes are known by.
    await runner.query(`ALTER TABLE idempotency_key ADD COLUMN poll_id ${text} NOT NULL DEFAULT ''`)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DELETE FROM poll WHERE deleted_at IS NOT NULL')
    await runner.query('ALTER TABLE idempotency_key DROP COLUMN poll_id')
    await runner.query('ALTER TABLE poll DROP COLUMN deleted_at')
  }
}
