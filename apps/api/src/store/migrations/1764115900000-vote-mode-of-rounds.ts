import type { MigrationInterface, QueryRunner } from 'typeorm'

/** Past rounds say how they were voted in. Of those that are there nothing is known but how their poll is voted in now. */
export class VoteModeOfRounds1764115900000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const isPostgres = runner.connection.options.type === 'postgres'
    const text = isPostgres ? 'varchar COLLATE "C"' : 'varchar'
    const settings = isPostgres ? 'poll.settings::json' : 'poll.settings'
    await runner.query(`ALTER TABLE past_round ADD COLUMN vote_mode ${text} NOT NULL DEFAULT 'browser'`)
    await runner.query(`UPDATE past_round SET vote_mode = COALESCE(
      (SELECT ${settings} ->> 'voteMode' FROM poll WHERE poll.id = past_round.poll_id), 'browser')`)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE past_round DROP COLUMN vote_mode')
  }
}
