import type { HostAction } from '@pollcast/shared/room'
import { Column, Entity, PrimaryColumn } from 'typeorm'

/** What a room's host did, or a timer for them. */
@Entity('host_log')
export class HostLogEntity {
  @PrimaryColumn('varchar', { name: 'room_code' })
  roomCode!: string

  /** From 1 on, in each room. */
  @PrimaryColumn('integer')
  number!: number

  @Column('varchar')
  at!: string

  @Column('varchar')
  action!: HostAction

  /** Null for what was done to the room. */
  @Column('varchar', { name: 'poll_id', nullable: true })
  pollId!: string | null
}
