type WakePair = readonly [pollId: string, revision: number]

/** What a worker tells the exchange. */
export interface ToExchange {
  watch?: readonly string[]
  unwatch?: readonly string[]
  wakes?: readonly WakePair[]
  /** Wants to know when it is done. */
  question?: number
}

/** What the exchange tells a worker. */
export interface FromExchange {
  wakes?: readonly WakePair[]
  /** The question that was answered by doing it. */
  done?: number
}
