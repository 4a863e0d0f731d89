import { Column, Entity, PrimaryColumn } from 'typeorm'

/** One number of a round: what its ballots add up to under a key of the poll's kind. */
@Entity('counter')
export class CounterEntity {
  @PrimaryColumn('varchar', { name: 'poll_id' })
  pollId!: string

  @PrimaryColumn('integer')
  round!: number

  @PrimaryColumn('varchar')
  key!: string

  @Column('integer')
  value!: number
}
