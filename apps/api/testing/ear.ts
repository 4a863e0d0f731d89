import type { Wake, WakeBus } from '../src/live/wake-bus.ts'

/** Listens on a bus, and remembers. */
export class Ear {
  readonly wakes: Wake[] = []
  readonly missed: string[] = []
  #looks: (() => void)[] = []

  constructor(bus: WakeBus) {
    bus.listen(
      (wake) => {
        this.wakes.push(wake)
        this.#look()
      },
      (pollId) => {
        this.missed.push(pollId)
        this.#look()
      },
    )
  }

  /** Resolves once the wake for this revision of the poll has been heard. */
  heard(pollId: string, revision: number): Promise<void> {
    return this.#until(() => this.wakes.some((wake) => wake.pollId === pollId && wake.revision === revision))
  }

  /** Resolves once the bus has said so many times that the poll's wakes may have been missed. */
  begun(pollId: string, times = 1): Promise<void> {
    return this.#until(() => this.missed.filter((id) => id === pollId).length >= times)
  }

  #until(holds: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (holds()) resolve()
        else this.#looks.push(look)
      }
      look()
    })
  }

  #look(): void {
    const looks = this.#looks
    this.#looks = []
    for (const look of looks) look()
  }
}
