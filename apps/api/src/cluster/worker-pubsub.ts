import { type Channel, listen, post } from './ipc.ts'
import type { OpenLine } from './pubsub-connection.ts'
import { SharedWakeBus, type SharedWakeBusOptions } from './reconnecting-pubsub.ts'
import { roundTrip } from './round-trip.ts'
import type { FromExchange, ToExchange } from './worker-messages.ts'

/** Wakes between the workers of one machine, by way of the WakeExchange in their primary process. */
export class WorkerWakeBus extends SharedWakeBus {
  constructor(channel: Channel, options: SharedWakeBusOptions) {
    super(workerLine(channel), options)
  }
}

const workerLine =
  (channel: Channel): OpenLine =>
  async ({ hear }, patience) => {
    const close = listen<FromExchange>(channel, 'wakes', ({ wakes }) => {
      for (const [pollId, revision] of wakes) hear({ pollId, revision })
    })
    const tell = (message: ToExchange) => post(channel, 'wakes', message)
    /** Resolves when the exchange has done it: being sent is not enough where wakes of others may come in between. */
    const have = async (message: ToExchange) => {
      await tell(message)
      await roundTrip(channel, patience)
    }
    return {
      subscribe: (watch) => have({ watch }),
      unsubscribe: (unwatch) => have({ unwatch }),
      send: (wakes) => tell({ wakes: wakes.map(({ pollId, revision }) => [pollId, revision]) }),
      ping: () => roundTrip(channel, patience),
      close,
    }
  }
