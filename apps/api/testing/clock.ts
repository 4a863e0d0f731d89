import { onTestFinished, vi } from 'vitest'

/** Sets the time of day, until the test ends. It stands still. */
export function setTime(milliseconds: number): void {
  const clock = vi.spyOn(Date, 'now').mockReturnValue(milliseconds)
  onTestFinished(() => clock.mockRestore())
}

/** Opens something. `tick` has all that it repeats done at once, so that no test waits until it is time for it. */
export async function withTicks<Opened>(open: () => Promise<Opened>): Promise<{ opened: Opened; tick(): void }> {
  const acts: (() => void)[] = []
  const setReal = globalThis.setInterval
  const spy = vi.spyOn(globalThis, 'setInterval').mockImplementation(((act: () => void, milliseconds: number) => {
    acts.push(act)
    return setReal(act, milliseconds)
  }) as typeof setInterval)
  try {
    const opened = await open()
    return { opened, tick: () => acts.forEach((act) => void act()) }
  } finally {
    spy.mockRestore()
  }
}

/** Stops the monotonic clock until the test ends, so that no bucket of a limit fills up meanwhile, however slow the machine is. */
export function stopClock(): void {
  const clock = vi.spyOn(performance, 'now').mockReturnValue(performance.now())
  onTestFinished(() => clock.mockRestore())
}
