import { Column, Entity, PrimaryColumn } from 'typeorm'

/** A code that gives its holder a ballot in every poll of the room. Only its hash is kept. */
@Entity('one_time_code')
export class OneTimeCodeEntity {
  @PrimaryColumn('varchar', { name: 'room_code' })
  roomCode!: string

  @PrimaryColumn('varchar')
  hash!: string

  /** 1 once it has voted. */
  @Column('integer')
  used!: number
}
