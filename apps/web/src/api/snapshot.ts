import type { Snapshot } from '@pollcast/shared/poll'

/**
 * Answers and stream events may overtake each other, so the revision decides; of two equal ones it is the current. Another
 * view is not older or newer: what the viewer may see has changed, and it replaces what was shown.
 */
export function newerOf(current: Snapshot | undefined, received: Snapshot): Snapshot {
  return current && current.view === received.view && current.revision >= received.revision ? current : received
}
