import type { MigrationInterface, QueryRunner } from 'typeorm'

export class Polls1763856000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE poll (
      id varchar PRIMARY KEY NOT NULL,
      question varchar NOT NULL,
      status varchar NOT NULL CHECK (status IN ('open', 'closed')),
      round integer NOT NULL,
      revision integer NOT NULL,
      total_votes integer NOT NULL CHECK (total_votes >= 0),
      max_choices integer NOT NULL CHECK (max_choices > 0),
      host_key_hash varchar NOT NULL,
      created_at varchar NOT NULL
    )`)
    await runner.query('CREATE INDEX poll_newest_first ON poll (created_at, id)')
    await runner.query(`CREATE TABLE choice (
      id integer PRIMARY KEY AUTOINCREMENT NOT NULL,
      poll_id varchar NOT NULL REFERENCES poll (id) ON DELETE CASCADE,
      position integer NOT NULL,
      text varchar NOT NULL,
      votes integer NOT NULL CHECK (votes >= 0),
      UNIQUE (poll_id, position)
    )`)
    await runner.query(`CREATE TABLE ballot (
      poll_id varchar NOT NULL REFERENCES poll (id) ON DELETE CASCADE,
      round integer NOT NULL,
      voter_id varchar NOT NULL,
      choice_ids varchar NOT NULL,
      PRIMARY KEY (poll_id, round, voter_id)
    ) WITHOUT ROWID`)
    await runner.query('CREATE TABLE setting (name varchar PRIMARY KEY NOT NULL, value varchar NOT NULL)')
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['setting', 'ballot', 'choice', 'poll']) await runner.query(`DROP TABLE ${table}`)
  }
}
