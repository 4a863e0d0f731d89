import { BallotEntity } from './entities/ballot-entity.ts'
import { BurstEntity } from './entities/burst-entity.ts'
import { CounterEntity } from './entities/counter-entity.ts'
import { HostLogEntity } from './entities/host-log-entity.ts'
import { IdempotencyKeyEntity } from './entities/idempotency-key-entity.ts'
import { InstallationEntity } from './entities/installation-entity.ts'
import { OneTimeCodeEntity } from './entities/one-time-code-entity.ts'
import { PastRoundEntity } from './entities/past-round-entity.ts'
import { PollEntity } from './entities/poll-entity.ts'
import { RoomEntity } from './entities/room-entity.ts'
import { WebhookEventEntity } from './entities/webhook-event-entity.ts'
import { Polls1763856000000 } from './migrations/1763856000000-polls.ts'
import { DemoPolls1763856000001 } from './migrations/1763856000001-demo-polls.ts'
import { PollSequence1764086400000 } from './migrations/1764086400000-poll-sequence.ts'
import { IdempotencyKeys1764115200000 } from './migrations/1764115200000-idempotency-keys.ts'
import { Kinds1764115300000 } from './migrations/1764115300000-kinds.ts'
import { DeletedPolls1764115400000 } from './migrations/1764115400000-deleted-polls.ts'
import { Rooms1764115500000 } from './migrations/1764115500000-rooms.ts'
import { Retention1764115600000 } from './migrations/1764115600000-retention.ts'
import { Bursts1764115700000 } from './migrations/1764115700000-bursts.ts'
import { Webhooks1764115800000 } from './migrations/1764115800000-webhooks.ts'
import { VoteModeOfRounds1764115900000 } from './migrations/1764115900000-vote-mode-of-rounds.ts'

/** What is stored, the same in every engine. */
export const entities = [
  RoomEntity,
  PollEntity,
  CounterEntity,
  BallotEntity,
  BurstEntity,
  PastRoundEntity,
  OneTimeCodeEntity,
  HostLogEntity,
  InstallationEntity,
  IdempotencyKeyEntity,
  WebhookEventEntity,
]

export const migrations = [
  Polls1763856000000,
  DemoPolls1763856000001,
  PollSequence1764086400000,
  IdempotencyKeys1764115200000,
  Kinds1764115300000,
  DeletedPolls1764115400000,
  Rooms1764115500000,
  Retention1764115600000,
  Bursts1764115700000,
  Webhooks1764115800000,
  VoteModeOfRounds1764115900000,
]
