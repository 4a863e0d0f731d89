import { Client, type QueryConfig } from 'pg'
import { SerialQueue } from '../../lib/serial-queue.ts'
import { withTimeout } from '../../lib/time.ts'
import { decodeMessage, encodeMessage, type OpenConnection } from './pubsub-connection.ts'
import { type PubSubOptions, ReconnectingPubSub } from './reconnecting-pubsub.ts'

/** Names in PostgreSQL have at most 63 bytes, which leaves 54 for the subject. */
const channelOf = (subject: string) => `pollcast_${subject}`

/** PubSub between processes on one PostgreSQL database: LISTEN and NOTIFY on a separate connection. */
export class PostgresPubSub extends ReconnectingPubSub {
  constructor(url: string, options: PubSubOptions) {
    super(connectTo(url), options)
  }
}

const connectTo =
  (url: string): OpenConnection =>
  async ({ onMessage, onDisconnect }, timeoutMs) => {
    const client = new Client({ connectionString: url, keepAlive: true, application_name: 'pollcast pubsub' })
    client.on('error', onDisconnect)
    client.on('end', () => onDisconnect(new Error('PostgreSQL closed the connection')))
    client.on('notification', ({ payload }) => {
      const message = decodeMessage(payload ?? '')
      if (message) onMessage(message)
    })
    const close = () => void client.end().catch(() => {})
    try {
      await withTimeout(timeoutMs, client.connect())
      // NOTIFY commits, and a message need not be on disk before it is sent.
      await withTimeout(timeoutMs, client.query('SET synchronous_commit = off; SET idle_session_timeout = 0'))
    } catch (error) {
      close()
      throw error
    }
    const queries = new SerialQueue()
    const run = (query: string | QueryConfig) => queries.run(async () => void (await client.query(query)))
    const forEach = (command: 'LISTEN' | 'UNLISTEN', subjects: readonly string[]) =>
      run(subjects.map((subject) => `${command} ${client.escapeIdentifier(channelOf(subject))}`).join(';'))
    return {
      subscribe: (subjects) => forEach('LISTEN', subjects),
      unsubscribe: (subjects) => forEach('UNLISTEN', subjects),
      publish: (messages) =>
        run({
          name: 'publish',
          text: 'SELECT count(pg_notify(channel, message)) FROM unnest($1::text[], $2::text[]) AS sent (channel, message)',
          values: [messages.map(({ subject }) => channelOf(subject)), messages.map(encodeMessage)],
        }),
      ping: () => run('SELECT 1'),
      close,
    }
  }
