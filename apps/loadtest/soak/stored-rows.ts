import { query } from '@pollcast/api/testing/database'

/** What a deleted room leaves nothing in. Its row and its polls' stay, by which their addresses are known to be of such. */
const TABLES = ['counter', 'past_round', 'ballot', 'burst', 'one_time_code', 'host_log', 'webhook_event'] as const

/** How many rows the tables of an SQLite file have that are deleted with a room. */
export async function storedRows(databasePath: string): Promise<Record<string, number>> {
  const counts = TABLES.map((table) => `(SELECT count(*) FROM ${table}) AS ${table}`)
  const [row = {}] = await query<Record<string, number>>(databasePath, `SELECT ${counts.join(', ')}`)
  return row
}
