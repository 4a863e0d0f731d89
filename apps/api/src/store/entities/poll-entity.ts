import { Column, Entity, PrimaryColumn } from 'typeorm'
import type { KindName } from '../../polls/kinds/kind.ts'

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

  @Column('varchar', { name: 'room_code' })
  roomCode!: string

  /** Where it is in the room's list. */
  @Column('integer')
  position!: number

  /** What the host sets and only the domain reads: JSON. */
  @Column('varchar')
  settings!: string

  /** 1 where the front page shows it. */
  @Column('integer')
  listed!: number

  /** 1 once it has been on. */
  @Column('integer')
  known!: number

  @Column('varchar', { name: 'closes_at', nullable: true })
  closesAt!: string | null

  @Column('varchar', { name: 'reworded_at', nullable: true })
  rewordedAt!: string | null

  /** Those of the views that are not the host's. */
  @Column('integer', { name: 'public_revision' })
  publicRevision!: number

  @Column('integer', { name: 'voted_revision' })
  votedRevision!: number

  /** ISO 8601 in UTC, as the clock of the node that made it said. */
  @Column('varchar', { name: 'created_at' })
  createdAt!: string

  /** When the last vote came; null before the first. */
  @Column('varchar', { name: 'voted_at', nullable: true })
  votedAt!: string | null

  /** As created_at; null where it was not deleted. Of a deleted poll only this row is left, without its texts. */
  @Column('varchar', { name: 'deleted_at', nullable: true })
  deletedAt!: string | null

  /** Grows from poll to poll, whatever clocks say. */
  @Column('integer')
  sequence!: number
}
