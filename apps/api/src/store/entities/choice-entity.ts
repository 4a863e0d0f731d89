import { Column, Entity, JoinColumn, ManyToOne, PrimaryGeneratedColumn, type Relation } from 'typeorm'
import { PollEntity } from './poll-entity.ts'

@Entity('choice')
export class ChoiceEntity {
  /** Unique over all polls, so that a choice of another poll can be told from one that never was. */
  @PrimaryGeneratedColumn('increment', { type: 'integer' })
  id!: number

  @Column('varchar', { name: 'poll_id' })
  pollId!: string

  @ManyToOne(
    () => PollEntity,
    (poll) => poll.choices,
  )
  @JoinColumn({ name: 'poll_id' })
  poll!: Relation<PollEntity>

  @Column('integer')
  position!: number

  @Column('varchar')
  text!: string

  /** Ballots of this round that hold it. */
  @Column('integer')
  votes!: number
}
