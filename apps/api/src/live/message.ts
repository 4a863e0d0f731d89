/**
 * One state of a topic, as it is sent to streams. The engine does not look into the JSON, but for one field: see
 * lib/stamp-now.ts.
 *
 * A topic is a **subject** in one **view**, and its name is `SUBJECT/VIEW`, such as `poll:abcd2345/public`.
 */
export interface Message {
  readonly topic: string
  /**
   * Grows with every state of the topic, and is the same on all nodes. It moves only if what the view shows does: so it may
   * be lower than the revision of the subject, and is never higher.
   */
  readonly revision: number
  /** The `id` of the event: what the client sends when it reconnects. One line; undefined where it has no need to. */
  readonly id?: string
  /** Name and data of the event for a stream that is up to date. */
  readonly event: string
  readonly json: string
  /** What streams get that are not up to date. Without it they get the event too. */
  readonly opening?: Opening
  /** Whether the topic ends with this message: there is none after it, and streams that have got it leave the topic. */
  readonly last?: boolean
  /** Whether the topic only accompanies others: a stream that has left all of those ends. */
  readonly accompanies?: boolean
}

/** The event for a stream that has got nothing of the topic yet, or nothing since a certain revision. */
export interface Opening {
  readonly event: string
  /** It is for streams that have got no revision yet, or only ones below this. */
  readonly since: number
  /** Without it, the data is the message's `json`. */
  readonly json?: string
}

/** The newest message of a topic, when its subject was at this revision. */
export interface CurrentMessage {
  readonly message: Message
  readonly subjectRevision: number
}

/** A change of a subject, for all of its topics. */
export interface Change {
  readonly subject: string
  /** Grows with every change of the subject, and is the same on all nodes. */
  readonly revision: number
  /**
   * What a topic of the subject shows now; undefined where it has to be read. It is called only for topics that are needed,
   * and must not throw.
   */
  readonly messageOf: (topic: string) => Message | undefined
  /** Topics that other processes are likely to have open: their messages are put into the cache too. */
  readonly cached?: readonly string[]
}

/** Where the current states of topics are stored. Reading an unknown topic rejects. */
export interface MessageSource {
  read(topic: string): Promise<CurrentMessage>
}

/** A cache shared by processes, so that not each of them reads a changed topic from the source. */
export interface MessageCache {
  /** Stores the message, unless one of a newer state of the subject is stored. Never waits and never throws. */
  put(message: Message, subjectRevision: number): void
  /** The stored message of the topic, if the cache answers soon. Never rejects. */
  get(topic: string): Promise<CurrentMessage | undefined>
}
