type WakePair = readonly [pollId: string, revision: number]

/** What a worker tells the exchange. */
export interface ToExchange {
  watch?: readonly string[]
  unwatch?: readonly string[]
  wakes?: readonly WakePair[]
}

/** What the exchange tells a worker. */
export interface FromExchange {
  wakes: readonly WakePair[]
}
