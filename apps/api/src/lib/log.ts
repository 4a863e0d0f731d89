/** The log of the process, as pino implements it. */
export interface Log {
  error(problem: unknown): void
  info(text: string): void
}

export const silent: Log = { error: () => {}, info: () => {} }
