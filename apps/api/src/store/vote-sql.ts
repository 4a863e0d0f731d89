/**
 * The statements that votes need. Each takes all of a batch as one JSON parameter, so a batch costs the same number of
 * statements whether it holds one vote or five hundred. Both engines' do the same to the same rows.
 */
export interface VoteSql {
  /** Makes the transaction the only one that writes these polls; undefined where BEGIN has done so already. */
  readonly lockPolls: string | undefined
  /** The same without waiting: leaves out those that somebody else has locked. Both answer with those they locked. */
  readonly lockFreePolls: string | undefined
  /**
   * Makes the transaction the only one that changes this room, as its host, and answers with the poll that is on; undefined
   * where BEGIN has done so already.
   */
  readonly lockRoom: string | undefined
  /** `[pollId, …]` to the polls with the counters of their current rounds. */
  readonly polls: string
  /** `[[pollId, ballotId], …]` to the ballots that are there in the polls' current rounds. */
  readonly ballots: string
  /** Makes the transaction the only one that makes polls; undefined where BEGIN has done so already. */
  readonly lockNewPolls: string | undefined
  /** Whether the transaction is the only one that deletes what is old (`mine`), without waiting; undefined where it is anyway. */
  readonly tryRetention: string | undefined
  /** `[key, …]` to those that are counters of any poll, with the poll's kind. */
  readonly knownCounterKeys: string
  /** `[[pollId, round, ballotId, answer, burst], …]`; a ballot that is there keeps its burst. */
  readonly writeBallots: string
  /** `[[pollId, number], …]` to those bursts that are there in the polls' current rounds. */
  readonly bursts: string
  /** `[[pollId, round, number, beganAt], …]` */
  readonly writeBursts: string
  /** `[[pollId, round, ballotId], …]` */
  readonly deleteBallots: string
  /** `[[roomCode, hash], …]` to those that are codes of these rooms. */
  readonly codes: string
  /** `[[roomCode, hash], …]`: these have voted. */
  readonly useCodes: string
  /** `[[pollId, round, key, value], …]` */
  readonly writeCounters: string
  /** `[[pollId, revision, voters, publicRevision, votedRevision, votedAt], …]` */
  readonly writePolls: string
  /** `[scope, …]` and today to the idempotency keys that are known; yesterday's and, of a clock that is ahead, tomorrow's too. */
  readonly idempotencyKeys: string
  /** `[[day, scope, answer, pollId], …]` */
  readonly writeIdempotencyKeys: string
  /** Deletes keys from before this day, so many at most. */
  readonly deleteOldIdempotencyKeys: string
}

export const sqliteVoteSql: VoteSql = {
  lockPolls: undefined,
  lockFreePolls: undefined,
  lockRoom: undefined,

  polls: `
  SELECT p.id, p.kind, p.question, p.content, p.status, p.round, p.revision, p.voters, p.settings, p.listed, p.known,
         p.closes_at AS closesAt, p.reworded_at AS rewordedAt, p.public_revision AS publicRevision,
         p.voted_revision AS votedRevision, p.created_at AS createdAt, p.deleted_at AS deletedAt,
         r.code, r.title, r.host_key_hash AS hostKeyHash, r.current_poll_id AS currentPollId,
         r.revision AS roomRevision, r.public_revision AS roomPublicRevision, r.created_at AS roomCreatedAt, r.deleted_at AS roomDeletedAt,
         r.deletes_at AS roomDeletesAt,
         (SELECT json_group_object(key, value) FROM counter WHERE poll_id = p.id AND round = p.round) AS counters
  FROM json_each($1) AS asked JOIN poll AS p ON p.id = asked.value
  JOIN room AS r ON r.code = p.room_code`,

  ballots: `
  SELECT b.poll_id AS pollId, b.id AS ballotId, b.answer, b.voided
  FROM json_each($1) AS asked
  JOIN poll AS p ON p.id = asked.value ->> 0
  JOIN ballot AS b ON b.poll_id = p.id AND b.round = p.round AND b.id = asked.value ->> 1`,

  lockNewPolls: undefined,
  tryRetention: undefined,

  knownCounterKeys: `
  SELECT DISTINCT c.key, p.kind FROM json_each($1) AS asked
  JOIN counter AS c ON c.key = asked.value JOIN poll AS p ON p.id = c.poll_id`,

  writeBallots: `
  INSERT INTO ballot (poll_id, round, id, answer, burst)
  SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4 FROM json_each($1) WHERE true
  ON CONFLICT (poll_id, round, id) DO UPDATE SET answer = excluded.answer`,

  bursts: `
  SELECT b.poll_id AS pollId, b.number, b.voided
  FROM json_each($1) AS asked
  JOIN poll AS p ON p.id = asked.value ->> 0
  JOIN burst AS b ON b.poll_id = p.id AND b.round = p.round AND b.number = asked.value ->> 1`,

  writeBursts: `
  INSERT INTO burst (poll_id, round, number, began_at)
  SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM json_each($1)`,

  deleteBallots: `
  DELETE FROM ballot WHERE (poll_id, round, id) IN (
    SELECT value ->> 0, CAST(value ->> 1 AS integer), value ->> 2 FROM json_each($1)
  )`,

  codes: `
  SELECT c.room_code AS roomCode, c.hash FROM json_each($1) AS asked
  JOIN one_time_code AS c ON c.room_code = asked.value ->> 0 AND c.hash = asked.value ->> 1`,

  useCodes: `
  UPDATE one_time_code SET used = 1 WHERE used = 0 AND (room_code, hash) IN (
    SELECT value ->> 0, value ->> 1 FROM json_each($1)
  )`,

  writeCounters: `
  INSERT INTO counter (poll_id, round, key, value)
  SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM json_each($1) WHERE true
  ON CONFLICT (poll_id, round, key) DO UPDATE SET value = excluded.value`,

  writePolls: `
  UPDATE poll SET revision = written.value ->> 1, voters = written.value ->> 2, public_revision = written.value ->> 3,
    voted_revision = written.value ->> 4, voted_at = written.value ->> 5
  FROM json_each($1) AS written WHERE poll.id = written.value ->> 0`,

  idempotencyKeys: `
  SELECT k.scope, k.answer
  FROM json_each($1) AS asked
  CROSS JOIN idempotency_key AS k ON k.day IN ($2 - 1, $2, $2 + 1) AND k.scope = asked.value`,

  writeIdempotencyKeys: `
  INSERT INTO idempotency_key (day, scope, answer, poll_id)
  SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM json_each($1)`,

  deleteOldIdempotencyKeys: `
  DELETE FROM idempotency_key WHERE (day, scope) IN (
    SELECT day, scope FROM idempotency_key WHERE day < $1 LIMIT $2
  )`,
}

const LOCK_POLLS = `
  SELECT id FROM poll WHERE id IN (SELECT json_array_elements_text($1::json)) ORDER BY id FOR NO KEY UPDATE`

export const postgresVoteSql: VoteSql = {
  /*
   * In the order of ids, the same on every node, so that two batches with the same polls can't each wait for the
   * other. NO KEY: what refers to the poll, such as a ballot being checked, does not wait. It is a statement of its
   * own because, in READ COMMITTED, only the statements after it are sure to see what the lock's last holder wrote.
   */
  lockPolls: LOCK_POLLS,
  lockFreePolls: `${LOCK_POLLS} SKIP LOCKED`,
  lockRoom: 'SELECT current_poll_id AS "currentPollId" FROM room WHERE code = $1 FOR NO KEY UPDATE',

  polls: `
  SELECT p.id, p.kind, p.question, p.content, p.status, p.round, p.revision, p.voters, p.settings, p.listed, p.known,
         p.closes_at AS "closesAt", p.reworded_at AS "rewordedAt", p.public_revision AS "publicRevision",
         p.voted_revision AS "votedRevision", p.created_at AS "createdAt", p.deleted_at AS "deletedAt",
         r.code, r.title, r.host_key_hash AS "hostKeyHash", r.current_poll_id AS "currentPollId",
         r.revision AS "roomRevision", r.public_revision AS "roomPublicRevision", r.created_at AS "roomCreatedAt", r.deleted_at AS "roomDeletedAt",
         r.deletes_at AS "roomDeletesAt",
         (SELECT coalesce(json_object_agg(key, value), '{}') FROM counter WHERE poll_id = p.id AND round = p.round)::text
           AS counters
  FROM json_array_elements_text($1::json) AS asked (id) JOIN poll AS p ON p.id = asked.id
  JOIN room AS r ON r.code = p.room_code`,

  /*
   * LATERAL and LIMIT have each ballot looked up by its whole key. A join would be planned by what is known of the
   * table, and a poll's first storm comes before anything is: all of the poll's ballots were read for each voter.
   */
  ballots: `
  SELECT p.id AS "pollId", b.id AS "ballotId", b.answer, b.voided
  FROM json_array_elements($1::json) AS asked
  JOIN poll AS p ON p.id = asked ->> 0
  CROSS JOIN LATERAL (
    SELECT id, answer, voided FROM ballot
    WHERE poll_id = p.id AND round = p.round AND id = asked ->> 1 LIMIT 1
  ) AS b`,

  // Among the database's advisory locks the numbers stand for Pollcast's new polls, and for what it deletes.
  lockNewPolls: 'SELECT pg_advisory_xact_lock(1886350452)',
  tryRetention: 'SELECT pg_try_advisory_xact_lock(1886350453) AS mine',

  knownCounterKeys: `
  SELECT DISTINCT c.key, p.kind FROM json_array_elements_text($1::json) AS asked (key)
  JOIN counter AS c ON c.key = asked.key JOIN poll AS p ON p.id = c.poll_id`,

  writeBallots: `
  INSERT INTO ballot (poll_id, round, id, answer, burst)
  SELECT written ->> 0, (written ->> 1)::integer, written ->> 2, written ->> 3, (written ->> 4)::integer
  FROM json_array_elements($1::json) AS written
  ON CONFLICT (poll_id, round, id) DO UPDATE SET answer = excluded.answer`,

  bursts: `
  SELECT b.poll_id AS "pollId", b.number, b.voided
  FROM json_array_elements($1::json) AS asked
  JOIN poll AS p ON p.id = asked ->> 0
  JOIN burst AS b ON b.poll_id = p.id AND b.round = p.round AND b.number = (asked ->> 1)::integer`,

  writeBursts: `
  INSERT INTO burst (poll_id, round, number, began_at)
  SELECT written ->> 0, (written ->> 1)::integer, (written ->> 2)::integer, written ->> 3
  FROM json_array_elements($1::json) AS written`,

  deleteBallots: `
  DELETE FROM ballot USING json_array_elements($1::json) AS written
  WHERE poll_id = written ->> 0 AND round = (written ->> 1)::integer AND id = written ->> 2`,

  codes: `
  SELECT c.room_code AS "roomCode", c.hash FROM json_array_elements($1::json) AS asked
  JOIN one_time_code AS c ON c.room_code = asked ->> 0 AND c.hash = asked ->> 1`,

  useCodes: `
  UPDATE one_time_code SET used = 1 FROM json_array_elements($1::json) AS written
  WHERE used = 0 AND room_code = written ->> 0 AND hash = written ->> 1`,

  writeCounters: `
  INSERT INTO counter (poll_id, round, key, value)
  SELECT written ->> 0, (written ->> 1)::integer, written ->> 2, (written ->> 3)::integer
  FROM json_array_elements($1::json) AS written
  ON CONFLICT (poll_id, round, key) DO UPDATE SET value = excluded.value`,

  writePolls: `
  UPDATE poll SET revision = (written ->> 1)::integer, voters = (written ->> 2)::integer,
    public_revision = (written ->> 3)::integer, voted_revision = (written ->> 4)::integer,
    voted_at = written ->> 5
  FROM json_array_elements($1::json) AS written WHERE poll.id = written ->> 0`,

  idempotencyKeys: `
  SELECT k.scope, k.answer
  FROM json_array_elements_text($1::json) AS asked (scope)
  CROSS JOIN LATERAL (
    SELECT scope, answer FROM idempotency_key
    WHERE day IN ($2::integer - 1, $2::integer, $2::integer + 1) AND scope = asked.scope LIMIT 1
  ) AS k`,

  writeIdempotencyKeys: `
  INSERT INTO idempotency_key (day, scope, answer, poll_id)
  SELECT (written ->> 0)::integer, written ->> 1, written ->> 2, written ->> 3
  FROM json_array_elements($1::json) AS written`,

  // Those that another node is deleting are left to it: neither waits for the other.
  deleteOldIdempotencyKeys: `
  DELETE FROM idempotency_key WHERE (day, scope) IN (
    SELECT day, scope FROM idempotency_key WHERE day < $1::integer LIMIT $2::integer FOR UPDATE SKIP LOCKED
  )`,
}
