import type { Snapshot } from '@pollcast/shared/poll'

/** Answers and frames overtake each other on their way here; the revision tells which one knows more. */
export function newerOf(held: Snapshot | undefined, arrived: Snapshot): Snapshot {
  return held && held.revision >= arrived.revision ? held : arrived
}
