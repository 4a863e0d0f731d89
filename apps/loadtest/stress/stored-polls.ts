import { ask } from '@pollcast/api/testing/postgres'

/** A poll as it stands in the database, with every ballot. */
export interface StoredPoll {
  id: string
  revision: number
  totalVotes: number
  choices: { id: number; text: string; votes: number }[]
  ballots: { voterId: string; choiceIds: number[] }[]
}

/** Reads polls in one statement, which sees one state of them all. */
export function storedPolls(url: string, pollIds: readonly string[]): Promise<StoredPoll[]> {
  return ask<StoredPoll>(
    url,
    `SELECT id, revision, total_votes AS "totalVotes",
       (SELECT json_agg(json_build_object('id', id, 'text', text, 'votes', votes) ORDER BY position)
        FROM choice WHERE poll_id = poll.id) AS choices,
       (SELECT coalesce(json_agg(json_build_object('voterId', voter_id, 'choiceIds', choice_ids::json)), '[]')
        FROM ballot WHERE poll_id = poll.id AND round = poll.round) AS ballots
     FROM poll WHERE id = ANY($1)`,
    [pollIds],
  )
}

/** Only how far each has come. */
export async function storedRevisions(url: string, pollIds: readonly string[]): Promise<Map<string, number>> {
  const rows = await ask<{ id: string; revision: number }>(url, 'SELECT id, revision FROM poll WHERE id = ANY($1)', [
    pollIds,
  ])
  return new Map(rows.map(({ id, revision }) => [id, revision]))
}
