import { amplification } from './amplification.ts'
import { crowd } from './crowd.ts'
import { descriptors } from './descriptors.ts'
import { forgery } from './forgery.ts'
import { fuzz } from './fuzz.ts'
import { log } from './log.ts'
import { pipelining } from './pipelining.ts'
import { query } from './query.ts'
import { slow } from './slow.ts'
import { streams } from './streams.ts'
import type { Attack } from './support/attack-context.ts'

/** All attacks, in the order in which they run. */
export const attacks: readonly Attack[] = [
  query,
  pipelining,
  amplification,
  descriptors,
  streams,
  log,
  slow,
  crowd,
  fuzz,
  forgery,
]
