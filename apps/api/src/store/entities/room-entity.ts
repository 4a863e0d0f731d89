import { Column, Entity, PrimaryColumn } from 'typeorm'

/** Where people come together: a code, a host, polls, and the one that is on. */
@Entity('room')
export class RoomEntity {
  /** Digits. Free again 30 days after the room was deleted. */
  @PrimaryColumn('varchar')
  code!: string

  @Column('varchar')
  title!: string

  /** SHA-256 of the host key, in hex; empty where nobody hosts the room. */
  @Column('varchar', { name: 'host_key_hash' })
  hostKeyHash!: string

  @Column('varchar', { name: 'current_poll_id', nullable: true })
  currentPollId!: string | null

  /** Moves with every change of the room itself. */
  @Column('integer')
  revision!: number

  /** Moves with those that all see. */
  @Column('integer', { name: 'public_revision' })
  publicRevision!: number

  /** ISO 8601 in UTC, as the clock of the node that made it said. */
  @Column('varchar', { name: 'created_at' })
  createdAt!: string

  /** When its host last did something. Votes are told by their polls. */
  @Column('varchar', { name: 'active_at' })
  activeAt!: string

  /** When it is deleted if nothing happens in it; null where that is not soon. */
  @Column('varchar', { name: 'deletes_at', nullable: true })
  deletesAt!: string | null

  @Column('varchar', { name: 'deleted_at', nullable: true })
  deletedAt!: string | null
}
