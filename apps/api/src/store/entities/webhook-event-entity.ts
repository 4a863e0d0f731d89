import type { WebhookType } from '@pollcast/shared/webhook'
import { Column, Entity, PrimaryColumn } from 'typeorm'

/** What is still to be told to WEBHOOK_URL. */
@Entity('webhook_event')
export class WebhookEventEntity {
  /** What the receiver knows it by, however often it is sent. */
  @PrimaryColumn('varchar')
  id!: string

  @Column('varchar')
  type!: WebhookType

  @Column('varchar', { name: 'room_code' })
  roomCode!: string

  /** Null where a room moved to no poll. */
  @Column('varchar', { name: 'poll_id', nullable: true })
  pollId!: string | null

  @Column('varchar')
  at!: string

  @Column('integer')
  attempts!: number

  /** When it is sent next, unless it is done by then. */
  @Column('varchar', { name: 'due_at' })
  dueAt!: string
}
