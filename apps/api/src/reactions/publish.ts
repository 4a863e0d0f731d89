import type { Snapshot } from '@pollcast/shared/poll'
import type { Signal, VoteCast } from '../polls/signals.ts'

/** The receiver of voteCast: the single place from which snapshots are published. */
export function publishVotes(voteCast: Signal<VoteCast>, broker: { publish(snapshot: Snapshot): void }): void {
  voteCast.connect(({ snapshot }) => broker.publish(snapshot))
}
