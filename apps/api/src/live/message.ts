/** One state of a topic, as it is sent to streams. The engine does not look into the JSON. */
export interface Message {
  readonly topic: string
  /** Grows with every state of the topic, and is the same on all nodes. It is the `id` of the event. */
  readonly revision: number
  /** Name and data of the event for a stream that is up to date. */
  readonly event: string
  readonly json: string
  /** What streams get that are not up to date. Without it they get the event too. */
  readonly opening?: Opening
  /** Whether the topic ends with this message: there is none after it, and streams that have got it leave the topic. */
  readonly last?: boolean
}

/** The event for a stream that has got nothing of the topic yet, or nothing since a certain revision. */
export interface Opening {
  readonly event: string
  /** It is for streams that have got no revision yet, or only ones below this. */
  readonly since: number
  /** Without it, the data is the message's `json`. */
  readonly json?: string
}

/** Where the current states of topics are stored. Reading an unknown topic rejects. */
export interface MessageSource {
  read(topic: string): Promise<Message>
}

/** A cache shared by processes, so that not each of them reads a changed topic from the source. */
export interface MessageCache {
  /** Stores the message, unless a newer one is stored. Never waits and never throws. */
  put(message: Message): void
  /** The stored message of the topic, if the cache answers soon. Never rejects. */
  get(topic: string): Promise<Message | undefined>
}
