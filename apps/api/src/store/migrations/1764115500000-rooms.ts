import { hash, randomBytes, randomInt } from 'node:crypto'
import type { MigrationInterface, QueryRunner } from 'typeorm'

/** Rows that are converted at once. */
const PAGE = 1000

const SETTINGS = JSON.stringify({
  resultsVisibility: 'always',
  resultsFromVoters: 0,
  allowChange: true,
  shuffleChoices: false,
  voteMode: 'browser',
  publishBallots: false,
})

/**
 * Rooms: each poll is in one, which has the code that people type and its host's key. What a host sets of a poll, rounds
 * that are over, one-time codes, and what was done. Ballots are stored under pseudonyms: until now, one id of a browser's
 * was in all polls that it voted in.
 */
export class Rooms1764115500000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const isPostgres = runner.connection.options.type === 'postgres'
    const text = isPostgres ? 'varchar COLLATE "C"' : 'varchar'
    await runner.query(`CREATE TABLE room (
      code ${text} PRIMARY KEY NOT NULL,
      title ${text} NOT NULL,
      host_key_hash ${text} NOT NULL,
      current_poll_id ${text},
      revision integer NOT NULL,
      public_revision integer NOT NULL,
      created_at ${text} NOT NULL,
      deleted_at ${text}
    )`)
    const columns = [
      `room_code ${text} NOT NULL DEFAULT ''`,
      'position integer NOT NULL DEFAULT 0',
      `settings ${text} NOT NULL DEFAULT '${SETTINGS}'`,
      'listed integer NOT NULL DEFAULT 1',
      'known integer NOT NULL DEFAULT 1',
      `closes_at ${text}`,
      `reworded_at ${text}`,
      'public_revision integer NOT NULL DEFAULT 0',
      'voted_revision integer NOT NULL DEFAULT 0',
    ]
    for (const column of columns) await runner.query(`ALTER TABLE poll ADD COLUMN ${column}`)
    await runner.query('UPDATE poll SET public_revision = revision, voted_revision = revision')
    await giveRooms(runner, isPostgres)
    await runner.query('ALTER TABLE poll DROP COLUMN host_key_hash')
    await runner.query('CREATE INDEX poll_of_room ON poll (room_code, position)')
    await runner.query(`CREATE INDEX poll_closing ON poll (closes_at) WHERE status = 'open' AND closes_at IS NOT NULL`)
    await runner.query(`CREATE TABLE past_round (
      poll_id ${text} NOT NULL REFERENCES poll (id) ON DELETE CASCADE,
      round integer NOT NULL,
      question ${text} NOT NULL,
      content ${text} NOT NULL,
      voters integer NOT NULL,
      ended_at ${text} NOT NULL,
      PRIMARY KEY (poll_id, round)
    )`)
    await runner.query(`CREATE TABLE one_time_code (
      room_code ${text} NOT NULL REFERENCES room (code) ON DELETE CASCADE,
      hash ${text} NOT NULL,
      used integer NOT NULL DEFAULT 0,
      PRIMARY KEY (room_code, hash)
    )`)
    await runner.query(`CREATE TABLE host_log (
      room_code ${text} NOT NULL REFERENCES room (code) ON DELETE CASCADE,
      number integer NOT NULL,
      at ${text} NOT NULL,
      action ${text} NOT NULL,
      poll_id ${text},
      PRIMARY KEY (room_code, number)
    )`)
    await hideVoters(runner, isPostgres)
    // Votes are known by another text than until now, and nothing else is needed of them.
    await runner.query('DELETE FROM idempotency_key')
    await runner.query('ALTER TABLE idempotency_key DROP COLUMN voter_id')
  }

  /** Ballots keep their pseudonyms: nobody can tell any more whose they are. */
  async down(runner: QueryRunner): Promise<void> {
    const text = runner.connection.options.type === 'postgres' ? 'varchar COLLATE "C"' : 'varchar'
    await runner.query('ALTER TABLE ballot RENAME COLUMN id TO voter_id')
    await runner.query('DELETE FROM idempotency_key')
    await runner.query(`ALTER TABLE idempotency_key ADD COLUMN voter_id ${text} NOT NULL DEFAULT ''`)
    for (const table of ['host_log', 'one_time_code', 'past_round']) await runner.query(`DROP TABLE ${table}`)
    await runner.query('DROP INDEX poll_closing')
    await runner.query('DROP INDEX poll_of_room')
    await runner.query(`ALTER TABLE poll ADD COLUMN host_key_hash ${text} NOT NULL DEFAULT ''`)
    await runner.query(`UPDATE poll SET host_key_hash = room.host_key_hash FROM room WHERE room.code = poll.room_code`)
    const columns = ['room_code', 'position', 'settings', 'listed', 'known', 'closes_at', 'reworded_at']
    for (const column of [...columns, 'public_revision', 'voted_revision']) {
      await runner.query(`ALTER TABLE poll DROP COLUMN ${column}`)
    }
    await runner.query('DROP TABLE room')
  }
}

interface OldPoll {
  id: string
  /** JSON */
  content: string
  hash: string
  made: string
  deleted: string | null
}

/** A room for each poll, and to its content how many choices a ballot must hold. */
async function giveRooms(runner: QueryRunner, isPostgres: boolean): Promise<void> {
  const [{ count }]: [{ count: number }] = await runner.query('SELECT count(*) AS count FROM poll')
  const digits = 6 + Math.max(0, Math.ceil(Math.log10(Math.max(1, Number(count) / 10_000))))
  const written = isPostgres ? 'json_array_elements($1::json) AS written (value)' : 'json_each($1) AS written'
  const columns = (numbers: number[]) => numbers.map((number) => `written.value ->> ${number}`).join(', ')
  const taken = new Set<string>()
  for (let last = ''; ; ) {
    const polls: OldPoll[] = await runner.query(
      `SELECT id, content, host_key_hash AS hash, created_at AS made, deleted_at AS deleted FROM poll
      WHERE id > $1 ORDER BY id LIMIT $2`,
      [last, PAGE],
    )
    const rows = polls.map(({ id, content, hash, made, deleted }) => {
      let code = newCode(digits)
      while (taken.has(code)) code = newCode(digits)
      taken.add(code)
      return deleted === null
        ? [code, hash, id, made, deleted, id, withMinChoices(content)]
        : [code, '', null, made, deleted, id, content]
    })
    await runner.query(
      `INSERT INTO room (code, title, host_key_hash, current_poll_id, revision, public_revision, created_at, deleted_at)
      SELECT written.value ->> 0, '', ${columns([1, 2])}, 1, 1, ${columns([3, 4])} FROM ${written}`,
      [JSON.stringify(rows)],
    )
    await runner.query(
      `UPDATE poll SET room_code = written.value ->> 0, content = written.value ->> 6 FROM ${written}
      WHERE poll.id = written.value ->> 5`,
      [JSON.stringify(rows)],
    )
    if (polls.length < PAGE) return
    last = polls.at(-1)?.id ?? ''
  }
}

const withMinChoices = (content: string) => JSON.stringify({ ...JSON.parse(content), minChoices: 1 })

const newCode = (digits: number) => String(randomInt(10 ** digits)).padStart(digits, '0')

/** Puts pseudonyms in place of voters' ids, as polls/ballot-id.ts made them when this was written. */
async function hideVoters(runner: QueryRunner, isPostgres: boolean): Promise<void> {
  const text = isPostgres ? 'varchar COLLATE "C"' : 'varchar'
  await runner.query(`CREATE TABLE hidden_ballot (
    poll_id ${text} NOT NULL REFERENCES poll (id) ON DELETE CASCADE,
    round integer NOT NULL,
    id ${text} NOT NULL,
    answer ${text} NOT NULL,
    PRIMARY KEY (poll_id, round, id)
  ) ${isPostgres ? '' : 'WITHOUT ROWID'}`)
  const insert = isPostgres
    ? `SELECT written ->> 0, (written ->> 1)::integer, written ->> 2, written ->> 3 FROM json_array_elements($1::json) AS written`
    : 'SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM json_each($1)'
  let key: string | undefined
  for (let last: OldBallot = { poll: '', round: 0, voter: '', answer: '' }; ; ) {
    const page: OldBallot[] = await runner.query(
      `SELECT poll_id AS poll, round, voter_id AS voter, answer FROM ballot
      WHERE (poll_id, round, voter_id) > ($1, $2, $3) ORDER BY poll_id, round, voter_id LIMIT $4`,
      [last.poll, last.round, last.voter, PAGE],
    )
    const end = page.at(-1)
    if (!end) break
    key ??= await serverKey(runner)
    const rows = page.map(({ poll, round, voter, answer }) => [
      poll,
      round,
      pseudonym(key as string, poll, voter),
      answer,
    ])
    await runner.query(`INSERT INTO hidden_ballot (poll_id, round, id, answer) ${insert}`, [JSON.stringify(rows)])
    last = end
  }
  await runner.query('DROP TABLE ballot')
  await runner.query('ALTER TABLE hidden_ballot RENAME TO ballot')
}

interface OldBallot {
  poll: string
  round: number
  voter: string
  answer: string
}

const pseudonym = (key: string, pollId: string, voterId: string) =>
  hash('sha256', `${key}["ballot","${pollId}","voter ${voterId}"]`, 'base64url').slice(0, 22)

/** The key that voters' cookies are signed with. A very old installation has none yet, and gets it now. */
async function serverKey(runner: QueryRunner): Promise<string> {
  const [found]: { value: string }[] = await runner.query(`SELECT value FROM setting WHERE name = 'voter-key'`)
  if (found) return found.value
  const value = randomBytes(32).toString('base64url')
  await runner.query(`INSERT INTO setting (name, value) VALUES ('voter-key', $1)`, [value])
  return value
}
