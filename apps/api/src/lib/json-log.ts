import { type DestinationStream, pino } from 'pino'
import type { Log } from './log.ts'

/** A log of JSON, one entry a line. */
export function jsonLog(level: string, destination?: DestinationStream): Log {
  const log = pino({ level }, destination as DestinationStream)
  return {
    error: (problem, entry) =>
      problem instanceof Error ? log.error({ ...entry, err: problem }) : log.error(entry, String(problem)),
    info: (text, entry) => log.info(entry, text),
    debug: (text, entry) => log.debug(entry, text),
  }
}
