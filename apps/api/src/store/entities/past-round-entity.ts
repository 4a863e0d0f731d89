import type { VoteMode } from '@pollcast/shared/settings'
import { Column, Entity, PrimaryColumn } from 'typeorm'

/** A round that is over, with what was asked in it. Its counters and ballots stay where they are. */
@Entity('past_round')
export class PastRoundEntity {
  @PrimaryColumn('varchar', { name: 'poll_id' })
  pollId!: string

  @PrimaryColumn('integer')
  round!: number

  @Column('varchar')
  question!: string

  /** JSON, as the poll's was. */
  @Column('varchar')
  content!: string

  @Column('varchar', { name: 'vote_mode' })
  voteMode!: VoteMode

  @Column('integer')
  voters!: number

  @Column('varchar', { name: 'ended_at' })
  endedAt!: string
}
