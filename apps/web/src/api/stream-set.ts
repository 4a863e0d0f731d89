import { isCurrent, openStream, type StreamClient, type StreamOptions, type StreamState } from './stream-client.ts'
import { keysOf, streamAddressOf, type Topics, topicsList } from './topics.ts'

interface SetOptions extends Omit<StreamOptions, 'addressOf' | 'topics'> {
  /** Called with topics that are not watched at the moment. */
  onLost(topics: string[]): void
}

/**
 * The streams of a tab that leads: one, and where its browser shows more topics than the server takes on a stream, as few as
 * there have to be.
 */
export class StreamSet {
  readonly #base: string
  readonly #most: number
  readonly #options: SetOptions
  readonly #open: { client: StreamClient; state: StreamState; topics: Topics }[] = []

  /** @param most topics on one stream */
  constructor(base: string, most: number, options: SetOptions) {
    this.#base = base
    this.#most = most
    this.#options = options
  }

  watch(topics: Topics): void {
    const list = topicsList(topics)
    const parts = Array.from({ length: Math.ceil(list.length / this.#most) }, (_, index) =>
      topicsOf(list.slice(index * this.#most, (index + 1) * this.#most)),
    )
    for (const { client } of this.#open.splice(parts.length)) client.close()
    for (const [index, part] of parts.entries()) this.#watch(part, index)
  }

  reconnect(): void {
    for (const { client } of this.#open) client.reconnect()
  }

  reconnectIfSilent(): void {
    for (const { client } of this.#open) client.reconnectIfSilent()
  }

  close(): void {
    for (const { client } of this.#open.splice(0)) client.close()
  }

  #watch(part: Topics, index: number): void {
    const open = this.#open[index]
    if (open) {
      const isSame = streamAddressOf(open.topics) === streamAddressOf(part)
      open.topics = part
      if (!isSame) open.client.watch(part)
      return
    }
    const added = {
      topics: part,
      state: 'connecting' as StreamState,
      client: openStream({
        ...this.#options,
        addressOf: (topics) => this.#base + streamAddressOf(topics),
        topics: part,
        onState: (state) => {
          added.state = state
          if (!this.#open.includes(added)) return
          if (!isCurrent(state)) this.#options.onLost(keysOf(added.topics))
          this.#options.onState(this.#state)
        },
      }),
    }
    this.#open[index] = added
  }

  /** The worst of them. */
  get #state(): StreamState {
    const states = this.#open.map(({ state }) => state)
    return states.find((state) => !isCurrent(state)) ?? states.find((state) => state === 'polling') ?? 'live'
  }
}

const topicsOf = (list: ReturnType<typeof topicsList>): Topics => ({
  polls: list.flatMap((topic) => ('pollId' in topic ? [topic.pollId] : [])),
  rooms: list.flatMap((topic) => ('roomCode' in topic ? [topic.roomCode] : [])),
})
