import type { MigrationInterface, QueryRunner } from 'typeorm'

/** A poll that was deleted leaves its row behind, so that its address is known to be of a deleted one. */
export class DeletedPolls1764115400000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const text = runner.connection.options.type === 'postgres' ? 'varchar COLLATE "C"' : 'varchar'
    await runner.query(`ALTER TABLE poll ADD COLUMN deleted_at ${text}`)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DELETE FROM poll WHERE deleted_at IS NOT NULL')
    await runner.query('ALTER TABLE poll DROP COLUMN deleted_at')
  }
}
