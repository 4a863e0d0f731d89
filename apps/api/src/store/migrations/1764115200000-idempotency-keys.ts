import type { MigrationInterface, QueryRunner } from 'typeorm'

/** Where the engines must differ, as in the first migration. */
const dialects = {
  sqlite: { text: 'varchar', keyed: 'WITHOUT ROWID' },
  postgres: { text: 'varchar COLLATE "C"', keyed: '' },
}

export class IdempotencyKeys1764115200000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const { text, keyed } = runner.connection.options.type === 'postgres' ? dialects.postgres : dialects.sqlite
    await runner.query(`CREATE TABLE idempotency_key (
      day integer NOT NULL,
      scope ${text} NOT NULL,
      voter_id ${text} NOT NULL,
      choice_ids ${text} NOT NULL,
      PRIMARY KEY (day, scope)
    ) ${keyed}`)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE idempotency_key')
  }
}
