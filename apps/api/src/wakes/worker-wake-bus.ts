import { type Channel, listen, post } from '../workers/channel.ts'
import { SharedWakeBus, type SharedWakeBusOptions } from './shared-wake-bus.ts'
import type { OpenLine } from './wake-line.ts'
import type { FromExchange, ToExchange } from './worker-messages.ts'

/** Wakes between the workers of one machine, by way of the WakeExchange in their primary process. */
export class WorkerWakeBus extends SharedWakeBus {
  constructor(channel: Channel, options: SharedWakeBusOptions) {
    super(workerLine(channel), options)
  }
}

const workerLine = (channel: Channel): OpenLine => {
  // Counted for all lines on the channel: an answer to one that was left must not be taken for one to the next.
  let questions = 0
  return async ({ hear }) => {
    const asked = new Map<number, () => void>()
    const tell = (message: ToExchange) => post(channel, 'wakes', message)
    const close = listen<FromExchange>(channel, 'wakes', ({ wakes = [], done }) => {
      for (const [pollId, revision] of wakes) hear({ pollId, revision })
      if (done === undefined) return
      asked.get(done)?.()
      asked.delete(done)
    })
    /** Resolves when the exchange has done it: being sent is not enough where wakes of others may come in between. */
    const ask = (message: ToExchange) =>
      new Promise<void>((resolve, reject) => {
        questions += 1
        asked.set(questions, resolve)
        tell({ ...message, question: questions }).catch(reject)
      })
    return {
      subscribe: (watch) => ask({ watch }),
      unsubscribe: (unwatch) => ask({ unwatch }),
      send: (wakes) => tell({ wakes: wakes.map(({ pollId, revision }) => [pollId, revision]) }),
      ping: () => ask({}),
      close,
    }
  }
}
