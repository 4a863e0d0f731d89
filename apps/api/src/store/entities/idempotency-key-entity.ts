import { Column, Entity, PrimaryColumn } from 'typeorm'

/** A vote that came with an idempotency key, for a day, so that the same vote sent again is known. */
@Entity('idempotency_key')
export class IdempotencyKeyEntity {
  /** Days since 1970, in UTC: first in the primary key, so that old rows are adjacent. */
  @PrimaryColumn('integer')
  day!: number

  /** A hash of ballot and key. */
  @PrimaryColumn('varchar')
  scope!: string

  @Column('varchar', { name: 'poll_id' })
  pollId!: string

  /** What was asked for, as on a ballot. */
  @Column('varchar')
  answer!: string
}
