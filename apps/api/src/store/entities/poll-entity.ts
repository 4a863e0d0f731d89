import { Column, Entity, OneToMany, PrimaryColumn } from 'typeorm'
import { ChoiceEntity } from './choice-entity.ts'

@Entity('poll')
export class PollEntity {
  @PrimaryColumn('varchar')
  id!: string

  @Column('varchar')
  question!: string

  @Column('varchar')
  status!: 'open' | 'closed'

  /** Which run of the poll its ballots belong to. */
  @Column('integer')
  round!: number

  @Column('integer')
  revision!: number

  /** Ballots in this round. */
  @Column('integer', { name: 'total_votes' })
  totalVotes!: number

  @Column('integer', { name: 'max_choices' })
  maxChoices!: number

  /** SHA-256 of the host key, in hex; empty where nobody hosts the poll. */
  @Column('varchar', { name: 'host_key_hash' })
  hostKeyHash!: string

  /** ISO 8601 in UTC, as the clock of the node that made it said. */
  @Column('varchar', { name: 'created_at' })
  createdAt!: string

  /** Grows from poll to poll, whatever clocks say. Two that were made at once on different nodes may have the same. */
  @Column('integer')
  sequence!: number

  @OneToMany(
    () => ChoiceEntity,
    (choice) => choice.poll,
    { cascade: ['insert'] },
  )
  choices!: ChoiceEntity[]
}
