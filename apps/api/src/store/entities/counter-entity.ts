import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm'
import { PollEntity } from './poll-entity.ts'

/** One number of a round: what its ballots add up to under a key of the poll's kind. */
@Entity('counter')
export class CounterEntity {
  @PrimaryColumn('varchar', { name: 'poll_id' })
  pollId!: string

  @ManyToOne(
    () => PollEntity,
    (poll) => poll.counters,
  )
  @JoinColumn({ name: 'poll_id' })
  poll!: Relation<PollEntity>

  @PrimaryColumn('integer')
  round!: number

  @PrimaryColumn('varchar')
  key!: string

  @Column('integer')
  value!: number
}
