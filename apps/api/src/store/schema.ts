import { BallotEntity } from './entities/ballot-entity.ts'
import { CounterEntity } from './entities/counter-entity.ts'
import { IdempotencyKeyEntity } from './entities/idempotency-key-entity.ts'
import { InstallationEntity } from './entities/installation-entity.ts'
import { PollEntity } from './entities/poll-entity.ts'
import { Polls1763856000000 } from './migrations/1763856000000-polls.ts'
import { DemoPolls1763856000001 } from './migrations/1763856000001-demo-polls.ts'
import { PollSequence1764086400000 } from './migrations/1764086400000-poll-sequence.ts'
import { IdempotencyKeys1764115200000 } from './migrations/1764115200000-idempotency-keys.ts'
import { Kinds1764115300000 } from './migrations/1764115300000-kinds.ts'
import { DeletedPolls1764115400000 } from './migrations/1764115400000-deleted-polls.ts'

/** What is stored, the same in every engine. */
export const entities = [PollEntity, CounterEntity, BallotEntity, InstallationEntity, IdempotencyKeyEntity]

export const migrations = [
  Polls1763856000000,
  DemoPolls1763856000001,
  PollSequence1764086400000,
  IdempotencyKeys1764115200000,
  Kinds1764115300000,
  DeletedPolls1764115400000,
]
