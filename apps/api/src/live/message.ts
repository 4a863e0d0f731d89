/** One state of a topic, as the bytes that streams are sent. The engine never looks into them. */
export interface Message {
  readonly topic: string
  /** Grows with every state of the topic, on all nodes alike. It is the `id` of the event. */
  readonly revision: number
  /** Name and data of the event for a stream that is up to date. */
  readonly event: string
  readonly json: string
  /** What other streams get instead; where it is missing, all of them get the event. */
  readonly opening?: Opening
  /** Ends the topic: nothing comes after it, and a stream that has got it leaves the topic. */
  readonly last?: boolean
}

/** The event for a stream that was shown nothing of the topic yet, or nothing since a certain revision. */
export interface Opening {
  readonly event: string
  /** Goes to streams that were shown no revision, or one below this. */
  readonly since: number
  /** Where it is missing, the data is the message's. */
  readonly json?: string
}

/** Reads the current state of a topic from where it is stored. Rejects for an unknown topic. */
export interface MessageSource {
  read(topic: string): Promise<Message>
}

/** A cache that processes share, so that a topic which changed is not read from the source by each of them. */
export interface MessageCache {
  /** Stores the message, unless a newer one is there. Never waits and never throws. */
  put(message: Message): void
  /** The message of the topic that is stored, if it can be had soon. Never rejects. */
  get(topic: string): Promise<Message | undefined>
}
