/** The log of the process: pino's is one. */
export interface Log {
  error(problem: unknown): void
  info(text: string): void
}

export const silent: Log = { error: () => {}, info: () => {} }
