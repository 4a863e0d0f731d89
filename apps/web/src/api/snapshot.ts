import type { Snapshot } from '@pollcast/shared/poll'
import type { OfEpoch } from './told.ts'

/**
 * Answers and stream events may overtake each other, so the revision decides; of two equal ones it is the current. Another
 * view is not older or newer: what the viewer may see has changed, and it replaces what was shown. So does another epoch:
 * the database began anew, and its revisions with it. Answers to requests don't say of which epoch they are; they count as
 * of the one that is shown.
 */
export function newerOf(current: OfEpoch<Snapshot> | undefined, received: OfEpoch<Snapshot>): OfEpoch<Snapshot> {
  if (!current) return received
  const { epoch = current.epoch } = received
  const isSameLife = current.epoch === undefined || current.epoch === epoch
  const isOlder = isSameLife && current.view === received.view && current.revision >= received.revision
  const newer = isOlder ? current : received
  return newer.epoch === epoch || epoch === undefined ? newer : { ...newer, epoch }
}
