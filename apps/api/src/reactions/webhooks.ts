import type { Webhook } from '@pollcast/shared/webhook'
import type { Log } from '../lib/log.ts'
import { reasonOf } from '../lib/reason-of.ts'
import type { Signals } from '../polls/events.ts'
import type { PollReader, PollWriter, QueuedWebhook } from '../polls/ports.ts'
import { webhookPollOf } from '../polls/views.ts'
import { isGivenUp, isOutdated } from '../polls/webhook-delay.ts'
import { postWebhook, type WebhookTarget } from './webhook-request.ts'

interface WebhookParts {
  target: WebhookTarget
  reader: Pick<PollReader, 'find' | 'nextWebhook'>
  writer: Pick<PollWriter, 'takeWebhooks' | 'removeWebhook'>
  signals: Signals
  log: Log
  onError: (error: unknown) => void
}

interface DropParts {
  reader: Pick<PollReader, 'nextWebhook'>
  writer: Pick<PollWriter, 'dropWebhooks'>
  onError: (error: unknown) => void
}

/** Milliseconds after which the database is asked again: another process may have queued an event, and be gone. */
const RECHECK_MS = 5000

const HOUR_MS = 60 * 60 * 1000

/**
 * Tells WEBHOOK_URL what was queued with each close, move and new round. Every process looks; the transaction that takes an event
 * makes it one of them that sends it. Nothing waits for this: what was done is committed and shown already.
 */
export function sendWebhooks({ target, reader, writer, signals, log, onError }: WebhookParts): {
  stop(): Promise<void>
} {
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> = Promise.resolve()
  let isStopped = false
  const stopping = new AbortController()

  const schedule = (milliseconds: number) => {
    clearTimeout(timer)
    if (isStopped) return
    timer = setTimeout(run, Math.min(Math.max(milliseconds, 0), RECHECK_MS)).unref()
  }
  const run = () => {
    running = running.then(sendDue).catch((error) => {
      onError(error)
      schedule(RECHECK_MS)
    })
  }
  const sendDue = async () => {
    if (isStopped) return
    const next = await reader.nextWebhook()
    const wait = next === undefined ? RECHECK_MS : Date.parse(next) - Date.now()
    if (wait > 0) return schedule(wait)
    const taken = await writer.takeWebhooks(new Date().toISOString())
    await Promise.all(taken.map(send))
    schedule(0)
  }
  const send = async (event: QueuedWebhook) => {
    if (isOutdated(event, Date.now())) {
      const { id, type, attempts } = event
      const sent = attempts > 1 ? `, after ${attemptsOf(attempts - 1)}` : ''
      return giveUp(event, `The webhook ${type} (${id}) is ${hoursSince(event)} h old${sent}: it is given up.`)
    }
    const body = JSON.stringify(await bodyOf(event, reader))
    try {
      await postWebhook(target, event.id, body, stopping.signal)
    } catch (error) {
      // It is in the database, for the next start.
      return isStopped ? undefined : failed(event, reasonOf(error as Error))
    }
    await writer.removeWebhook(event.id)
  }
  const failed = async (event: QueuedWebhook, reason: string) => {
    const { id, type, attempts } = event
    const { origin } = new URL(target.url)
    const what = `The webhook ${type} (${id}) did not reach ${origin}: ${reason}.`
    if (isGivenUp(event)) {
      await giveUp(event, `${what} It is given up after ${attemptsOf(attempts)} in ${hoursSince(event)} h.`)
    } else if (attempts === 1) {
      log.error(`${what} It is sent again for a day.`, { event: 'webhook-failed', id, type })
    }
  }
  const giveUp = async ({ id, type }: QueuedWebhook, sentence: string) => {
    log.error(sentence, { event: 'webhook-given-up', id, type })
    await writer.removeWebhook(id)
  }

  signals.pollChanged.listen(({ type }) => {
    if (type === 'closed' || type === 'round-started') run()
  })
  signals.roomChanged.listen(({ type }) => {
    if (type === 'moved') run()
  })
  run()
  return {
    stop: () => {
      isStopped = true
      stopping.abort()
      clearTimeout(timer)
      return running
    },
  }
}

const attemptsOf = (attempts: number): string => (attempts === 1 ? '1 attempt' : `${attempts} attempts`)

const hoursSince = ({ at }: QueuedWebhook): number => Math.round((Date.now() - Date.parse(at)) / HOUR_MS)

/** Without WEBHOOK_URL: what was queued while there was one is not sent to another one, months later. */
export function dropWebhooks({ reader, writer, onError }: DropParts): { stop(): Promise<void> } {
  const drop = async () => {
    if ((await reader.nextWebhook()) !== undefined) await writer.dropWebhooks()
  }
  const running = drop().catch(onError)
  return { stop: () => running }
}

async function bodyOf(
  { type, at, roomCode, pollId }: QueuedWebhook,
  reader: Pick<PollReader, 'find'>,
): Promise<Webhook> {
  const poll = pollId === null ? undefined : await reader.find(pollId)
  return {
    type,
    timestamp: at,
    data: { roomCode, poll: poll && poll.deletedAt === null ? webhookPollOf(poll) : null },
  }
}
