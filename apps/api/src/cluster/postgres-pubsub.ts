import { Client, type QueryConfig } from 'pg'
import { withTimeout } from '../lib/time.ts'
import { type OpenConnection, parseWake, wakeText } from './pubsub-connection.ts'
import { type PubSubOptions, ReconnectingPubSub } from './reconnecting-pubsub.ts'

const channelOf = (pollId: string) => `pollcast_${pollId}`

/** Wakes between the processes on one PostgreSQL database, by LISTEN and NOTIFY on a connection of its own. */
export class PostgresPubSub extends ReconnectingPubSub {
  constructor(url: string, options: PubSubOptions) {
    super(notifyLine(url), options)
  }
}

const notifyLine =
  (url: string): OpenConnection =>
  async ({ hear, broken }, patience) => {
    const client = new Client({ connectionString: url, keepAlive: true, application_name: 'pollcast wakes' })
    client.on('error', broken)
    client.on('end', () => broken(new Error('PostgreSQL closed the connection')))
    client.on('notification', ({ payload }) => {
      const wake = parseWake(payload ?? '')
      if (wake) hear(wake)
    })
    const close = () => void client.end().catch(() => {})
    try {
      await withTimeout(patience, client.connect())
      // A NOTIFY is a commit, and a wake need not be on the disk before it is sent.
      await withTimeout(patience, client.query('SET synchronous_commit = off; SET idle_session_timeout = 0'))
    } catch (error) {
      close()
      throw error
    }
    let last: Promise<unknown> = Promise.resolve()
    /** One after the other: pg takes no query while another is under way. */
    const run = (query: string | QueryConfig): Promise<void> => {
      const turn = last.then(async () => void (await client.query(query)))
      last = turn.catch(() => {})
      return turn
    }
    const forEach = (command: 'LISTEN' | 'UNLISTEN', pollIds: readonly string[]) =>
      run(pollIds.map((pollId) => `${command} ${client.escapeIdentifier(channelOf(pollId))}`).join(';'))
    return {
      subscribe: (pollIds) => forEach('LISTEN', pollIds),
      unsubscribe: (pollIds) => forEach('UNLISTEN', pollIds),
      send: (wakes) =>
        run({
          name: 'wake',
          text: 'SELECT count(pg_notify(channel, wake)) FROM unnest($1::text[], $2::text[]) AS sent (channel, wake)',
          values: [wakes.map(({ pollId }) => channelOf(pollId)), wakes.map(wakeText)],
        }),
      ping: () => run('SELECT 1'),
      close,
    }
  }
