import type { Operation } from '../operation.ts'
import { adminOperations } from './admin.ts'
import { exportsOperations } from './exports.ts'
import { pollsOperations } from './polls.ts'
import { roomsOperations } from './rooms.ts'
import { serverOperations } from './server.ts'
import { streamsOperations } from './streams.ts'

/** Every route of the API, in the router's order within each tag. */
export const operations: readonly Operation[] = [
  ...pollsOperations,
  ...roomsOperations,
  ...streamsOperations,
  ...exportsOperations,
  ...adminOperations,
  ...serverOperations,
]
