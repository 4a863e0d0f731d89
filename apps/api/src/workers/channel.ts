/** The end of a channel between two processes, as `process` and cluster's `Worker` have it. */
export interface Channel {
  on(event: 'message', listener: (message: unknown) => void): unknown
  off(event: 'message', listener: (message: unknown) => void): unknown
  send?: ((message: object, done: (error: Error | null) => void) => boolean) | undefined
}

/** What the messages on it are about; there are others' messages on it too. */
export type Topic = 'ready' | 'rate limits' | 'round trip' | 'wakes' | 'writes'

/** Resolves when the message has left. Rejects where the other process is gone. */
export function post(channel: Channel, topic: Topic, message: object): Promise<void> {
  return new Promise((resolve, reject) => {
    if (!channel.send) return reject(new Error('there is no channel to the other process'))
    channel.send({ pollcast: topic, message }, (error) => (error ? reject(error) : resolve()))
  })
}

/** Hears the messages about this topic; answers a function that ends it. */
export function listen<Message>(channel: Channel, topic: Topic, heard: (message: Message) => void): () => void {
  const listener = (sent: unknown) => {
    const { pollcast, message } = (sent ?? {}) as { pollcast?: Topic; message?: Message }
    if (pollcast === topic && message !== undefined) heard(message)
  }
  channel.on('message', listener)
  return () => void channel.off('message', listener)
}
