import type { MigrationInterface, QueryRunner } from 'typeorm'

/** Events that are still to be told to WEBHOOK_URL. */
export class Webhooks1764115800000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const text = runner.connection.options.type === 'postgres' ? 'varchar COLLATE "C"' : 'varchar'
    await runner.query(`CREATE TABLE webhook_event (
      id ${text} PRIMARY KEY NOT NULL,
      type ${text} NOT NULL,
      room_code ${text} NOT NULL,
      poll_id ${text},
      at ${text} NOT NULL,
      attempts integer NOT NULL,
      due_at ${text} NOT NULL
    )`)
    await runner.query('CREATE INDEX webhook_event_due ON webhook_event (due_at)')
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE webhook_event')
  }
}
