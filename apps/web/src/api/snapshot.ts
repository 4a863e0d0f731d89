import type { Snapshot } from '@pollcast/shared/poll'

/** Answers and stream events may overtake each other, so the revision decides; of two equal ones it is the current. */
export function newerOf(current: Snapshot | undefined, received: Snapshot): Snapshot {
  return current && current.revision >= received.revision ? current : received
}
