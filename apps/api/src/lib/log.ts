/** Every kind of entry that the log can have, under the name that its `event` field gives. docs/logs.md explains each. */
export const logEvents = [
  'unexpected-error',
  'request',
  'client-faults',
  'forwarded-for-ignored',
  'connections-full',
  'connections-free',
  'database-created',
  'database-mode-changed',
  'database-exposed',
  'database-locked',
  'database-waiting',
  'database-upgrade-backup',
  'database-outage',
  'database-outage-over',
  'foreign-log-set-aside',
  'epoch-renewed',
  'certificate-changed',
  'certificate-refused',
  'pubsub-error',
  'cache-error',
  'rate-limit-error',
  'admin-act',
  'backup-made',
  'backup-failed',
  'webhook-failed',
  'webhook-given-up',
] as const

/** The fields of an entry beside its sentence: numbers and texts that a program may want to read. */
export interface LogEntry {
  event: (typeof logEvents)[number]
  [field: string]: string | number | boolean | undefined
}

/** The log of the process. Each entry is a sentence for people, and fields for programs. */
export interface Log {
  /** @param problem the sentence, or the error itself, which is logged with its stack */
  error(problem: unknown, entry: LogEntry): void
  info(text: string, entry: LogEntry): void
  debug(text: string, entry: LogEntry): void
}

export const silent: Log = { error: () => {}, info: () => {}, debug: () => {} }
