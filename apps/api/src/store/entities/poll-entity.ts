import { Column, Entity, OneToMany, PrimaryColumn } from 'typeorm'
import type { KindName } from '../../polls/kinds/kind.ts'
import { CounterEntity } from './counter-entity.ts'

@Entity('poll')
export class PollEntity {
  @PrimaryColumn('varchar')
  id!: string

  @Column('varchar')
  kind!: KindName

  @Column('varchar')
  question!: string

  /** What there is to answer: JSON, read only by the poll's kind. */
  @Column('varchar')
  content!: string

  @Column('varchar')
  status!: 'open' | 'closed'

  /** Which run of the poll its ballots belong to. */
  @Column('integer')
  round!: number

  @Column('integer')
  revision!: number

  /** Ballots in this round. */
  @Column('integer')
  voters!: number

  /** SHA-256 of the host key, in hex; empty where nobody hosts the poll. */
  @Column('varchar', { name: 'host_key_hash' })
  hostKeyHash!: string

  /** ISO 8601 in UTC, as the clock of the node that made it said. */
  @Column('varchar', { name: 'created_at' })
  createdAt!: string

  /** As created_at; null where it was not deleted. Of a deleted poll only this row is left, without its texts. */
  @Column('varchar', { name: 'deleted_at', nullable: true })
  deletedAt!: string | null

  /** Grows from poll to poll, whatever clocks say. */
  @Column('integer')
  sequence!: number

  /** Those of all rounds. */
  @OneToMany(
    () => CounterEntity,
    (counter) => counter.poll,
  )
  counters!: CounterEntity[]
}
