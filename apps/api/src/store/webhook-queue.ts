import { randomBytes } from 'node:crypto'
import type { HostAction } from '@pollcast/shared/room'
import type { WebhookType } from '@pollcast/shared/webhook'
import type { QueuedWebhook } from '../polls/ports.ts'
import { webhookDelayMs } from '../polls/webhook-delay.ts'
import { WebhookEventEntity } from './entities/webhook-event-entity.ts'
import type { Transaction, Transactions } from './transactions.ts'

/** Events that one transaction takes. */
const AT_ONCE = 10

/** Which acts are told. */
const TYPES: Partial<Record<HostAction, WebhookType>> = {
  closed: 'poll.closed',
  'timer-closed': 'poll.closed',
  'admin-closed': 'poll.closed',
  'round-started': 'round.started',
  moved: 'room.moved',
}

/** Puts what was done into the queue, in the transaction that did it: it is told if it is committed, and only then. */
export async function queueWebhooks(
  { manager }: Transaction,
  roomCode: string,
  actions: readonly HostAction[],
  pollId: string | null,
): Promise<void> {
  const at = new Date().toISOString()
  const rows = actions.flatMap((action) => {
    const type = TYPES[action]
    if (!type) return []
    return { id: `msg_${randomBytes(16).toString('hex')}`, type, roomCode, pollId, at, attempts: 0, dueAt: at }
  })
  if (rows.length > 0) await manager.insert(WebhookEventEntity, rows)
}

/** What is to be told to WEBHOOK_URL, until it is. */
export class WebhookQueue {
  readonly #transactions: Transactions

  constructor(transactions: Transactions) {
    this.#transactions = transactions
  }

  /** What is due: nobody else gets it before the time that its next attempt would be due. */
  take(now: string): Promise<QueuedWebhook[]> {
    return this.#transactions.run(async ({ manager, query }) => {
      const due = await query<QueuedWebhook>(DUE, [now])
      const taken: QueuedWebhook[] = []
      for (const event of due) {
        const dueAt = new Date(Date.parse(now) + webhookDelayMs(event.attempts)).toISOString()
        // Another node may have taken it at the same moment.
        const { affected } = await manager.update(
          WebhookEventEntity,
          { id: event.id, attempts: event.attempts },
          { attempts: event.attempts + 1, dueAt },
        )
        if (affected === 1) taken.push({ ...event, attempts: event.attempts + 1, dueAt })
      }
      return taken
    })
  }

  /** It was told, or is given up. */
  async remove(id: string): Promise<void> {
    await this.#transactions.run(async ({ manager }) => {
      await manager.delete(WebhookEventEntity, { id })
    }, 'repeatable')
  }

  /** Nobody is to be told any more. */
  async drop(): Promise<void> {
    await this.#transactions.run(async ({ manager }) => {
      await manager.deleteAll(WebhookEventEntity)
    }, 'repeatable')
  }
}

const DUE = `SELECT id, type, room_code AS "roomCode", poll_id AS "pollId", at, attempts, due_at AS "dueAt"
  FROM webhook_event WHERE due_at <= $1 ORDER BY due_at, id LIMIT ${AT_ONCE}`
