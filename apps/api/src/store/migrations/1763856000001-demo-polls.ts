import type { MigrationInterface, QueryRunner } from 'typeorm'

const demos = [
  { id: 'tabspace', question: 'Tabs or spaces?', choices: ['Tabs', 'Spaces', 'Both'] },
  { id: 'vvsemacs', question: 'Vim or Emacs?', choices: ['Vim', 'Emacs', 'Neither'] },
]

/** Two polls that a newcomer finds on the first start. Nobody hosts them: no key has an empty hash. */
export class DemoPolls1763856000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const createdAt = new Date().toISOString()
    for (const { id, question, choices } of demos) {
      await runner.query(
        `INSERT INTO poll (id, question, status, round, revision, total_votes, max_choices, host_key_hash, created_at)
         VALUES ($1, $2, 'open', 1, 0, 0, 1, '', $3)`,
        [id, question, createdAt],
      )
      for (const [position, text] of choices.entries()) {
        await runner.query('INSERT INTO choice (poll_id, position, text, votes) VALUES ($1, $2, $3, 0)', [
          id,
          position,
          text,
        ])
      }
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const { id } of demos) await runner.query('DELETE FROM poll WHERE id = $1', [id])
  }
}
