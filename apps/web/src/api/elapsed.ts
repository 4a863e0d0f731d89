/** A point in time to measure from. */
export interface Moment {
  monotonic: number
  wall: number
}

export const moment = (): Moment => ({ monotonic: performance.now(), wall: Date.now() })

/**
 * Milliseconds since then, by whichever clock says more: in some browsers the monotonic one stops while the machine
 * sleeps, and the wall clock may be set back.
 */
export const since = ({ monotonic, wall }: Moment): number => Math.max(performance.now() - monotonic, Date.now() - wall)
