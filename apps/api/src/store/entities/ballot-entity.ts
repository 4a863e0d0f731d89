import { Column, Entity, PrimaryColumn } from 'typeorm'

/** One voter's answer in one round of a poll: the primary key is what makes it one. */
@Entity('ballot')
export class BallotEntity {
  @PrimaryColumn('varchar', { name: 'poll_id' })
  pollId!: string

  @PrimaryColumn('integer')
  round!: number

  /** A pseudonym of the voter's in this poll (polls/ballot-id.ts). */
  @PrimaryColumn('varchar')
  id!: string

  /** JSON, as the poll's kind normalizes it. */
  @Column('varchar')
  answer!: string

  /** The burst that its voter came with; null for most. */
  @Column('integer', { nullable: true })
  burst!: number | null

  /** 1 where the burst was voided: then no counter has it. */
  @Column('integer')
  voided!: number
}
