import { Column, Entity, PrimaryColumn } from 'typeorm'

/** New voters beyond the burst of their network, in one round of a poll. */
@Entity('burst')
export class BurstEntity {
  @PrimaryColumn('varchar', { name: 'poll_id' })
  pollId!: string

  @PrimaryColumn('integer')
  round!: number

  /** Of lib/burst-numbers.ts: it tells no network. */
  @PrimaryColumn('integer')
  number!: number

  @Column('varchar', { name: 'began_at' })
  beganAt!: string

  /** 1 where its host has voided it. */
  @Column('integer')
  voided!: number
}
