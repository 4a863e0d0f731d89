import type { AdminRoom, AdminRoomsQuery } from '@pollcast/shared/admin'
import { limits } from '@pollcast/shared/limits'
import type { EntityManager } from 'typeorm'
import type { AdminReader } from '../polls/ports.ts'
import type { Database } from './database.ts'
import { isPostgres } from './tables.ts'

/** A room that was not deleted, and its polls that were not. */
const FROM = `
  FROM room AS r LEFT JOIN poll AS p ON p.room_code = r.code AND p.deleted_at IS NULL
  LEFT JOIN poll AS current ON current.id = r.current_poll_id
  WHERE r.deleted_at IS NULL`

/** SQLite, and PostgreSQL where a column has the collation C, make lower-case letters of ASCII alone: $3 is what was typed in that way. */
const hasText = (column: string) => `lower(${column}) LIKE $2 ESCAPE '!' OR lower(${column}) LIKE $3 ESCAPE '!'`

/** The title or any question has the text; case does not matter where the engine knows the letters. */
const HAS_TEXT = `
  AND (r.code LIKE $1 ESCAPE '!' OR ${hasText('r.title')} OR EXISTS (
    SELECT 1 FROM poll AS q WHERE q.room_code = r.code AND (${hasText('q.question')})
  ))`

const ORDERS: Record<AdminRoomsQuery['order'], string> = {
  active: '"activeAt" DESC',
  created: '"createdAt" DESC',
  voters: 'voters DESC',
}

const VOTED = "coalesce(max(p.voted_at), '')"

const roomsSql = (order: AdminRoomsQuery['order'], where: string) => `
  SELECT r.code, r.title, coalesce(max(current.question), '') AS question, r.created_at AS "createdAt",
    CASE WHEN ${VOTED} > r.active_at THEN ${VOTED} ELSE r.active_at END AS "activeAt",
    count(p.id) AS polls, coalesce(sum(CASE WHEN p.status = 'open' THEN 1 ELSE 0 END), 0) AS "openPolls",
    coalesce(sum(p.listed), 0) AS "listedPolls", coalesce(sum(p.voters), 0) AS voters
  ${FROM} ${where}
  GROUP BY r.code, r.title, r.created_at, r.active_at ORDER BY ${ORDERS[order]}, r.code LIMIT ${limits.adminPageSize} OFFSET `

const STORED = `
  SELECT (SELECT count(*) FROM room WHERE deleted_at IS NULL) AS rooms,
    (SELECT count(*) FROM poll WHERE deleted_at IS NULL) AS polls, (SELECT count(*) FROM ballot) AS ballots,
    (SELECT count(*) FROM one_time_code) AS codes, (SELECT count(*) FROM idempotency_key) AS "idempotencyKeys"`

const BYTES = {
  postgres: 'SELECT pg_database_size(current_database()) AS bytes',
  sqlite: 'SELECT page_count * page_size AS bytes FROM pragma_page_count(), pragma_page_size()',
}

const asciiLowerCase = (text: string) => text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())

/** Reads what the admin sees. Counts read all there is: nothing that a vote waits for. */
export function sqlAdminReader(database: Pick<Database, 'read'>): AdminReader {
  return {
    rooms: ({ order, search, offset }) =>
      database.read(async (manager) => {
        const text = search.trim().replace(/[!%_]/g, '!$&')
        const parameters =
          text === '' ? [] : [`${text.replace(/[\s-]/g, '')}%`, `%${text.toLowerCase()}%`, `%${asciiLowerCase(text)}%`]
        const where = text === '' ? '' : HAS_TEXT
        const rows: Record<string, string | number>[] = await manager.query(
          `${roomsSql(order, where)} ${offset}`,
          parameters,
        )
        const [{ total }] = await manager.query(`SELECT count(DISTINCT r.code) AS total ${FROM} ${where}`, parameters)
        return { rooms: rows.map(roomOfRow), total: Number(total) }
      }),
    stored: () =>
      database.read(async (manager: EntityManager) => {
        const engine = isPostgres(manager) ? 'postgres' : 'sqlite'
        const [{ bytes }] = await manager.query(BYTES[engine])
        const [row] = await manager.query(STORED)
        return {
          engine,
          bytes: Number(bytes),
          rooms: Number(row.rooms),
          polls: Number(row.polls),
          ballots: Number(row.ballots),
          codes: Number(row.codes),
          idempotencyKeys: Number(row.idempotencyKeys),
        }
      }),
  }
}

/** PostgreSQL tells sums and counts as text. */
const roomOfRow = (row: Record<string, string | number>): AdminRoom => ({
  code: String(row.code),
  title: String(row.title),
  question: String(row.question),
  createdAt: String(row.createdAt),
  activeAt: String(row.activeAt),
  polls: Number(row.polls),
  openPolls: Number(row.openPolls),
  listedPolls: Number(row.listedPolls),
  voters: Number(row.voters),
})
