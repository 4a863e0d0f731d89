/** A moment to measure from. */
export interface Moment {
  steady: number
  wall: number
}

export const moment = (): Moment => ({ steady: performance.now(), wall: Date.now() })

/**
 * Milliseconds since then, by whichever clock says more: the steady one stands still in some browsers while the machine
 * sleeps, and the wall clock may be set back.
 */
export const since = ({ steady, wall }: Moment): number => Math.max(performance.now() - steady, Date.now() - wall)
