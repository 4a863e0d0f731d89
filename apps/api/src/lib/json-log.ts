import { type DestinationStream, pino, type SerializedError } from 'pino'
import type { Log } from './log.ts'

/** A log of JSON, one entry a line. */
export function jsonLog(level: string, destination?: DestinationStream): Log {
  const serializers = { err: (error: Error) => withoutData(pino.stdSerializers.err(error)) }
  const log = pino({ level, serializers }, destination as DestinationStream)
  return {
    error: (problem, entry) =>
      problem instanceof Error ? log.error({ ...entry, err: problem }) : log.error(entry, String(problem)),
    info: (text, entry) => log.info(entry, text),
    debug: (text, entry) => log.debug(entry, text),
  }
}

/**
 * What tells where the bug is. All else that an error carries may be what somebody typed: a failed query has its parameters,
 * PostgreSQL's errors have the row. Message and stack have those of its causes with them.
 */
function withoutData({ type, message, stack, code, aggregateErrors }: SerializedError): object {
  return { type, message, stack, code, aggregateErrors: aggregateErrors?.map(withoutData) }
}
