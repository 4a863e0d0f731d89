import { Column, Entity, PrimaryColumn } from 'typeorm'

/** What this installation made for itself on its first start, such as the key its cookies are signed with. */
@Entity('setting')
export class InstallationEntity {
  @PrimaryColumn('varchar')
  name!: string

  @Column('varchar')
  value!: string
}
