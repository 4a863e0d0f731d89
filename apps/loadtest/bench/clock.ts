/** Milliseconds on the one clock that all threads and processes of the machine share. */
export const now = (): number => Number(process.hrtime.bigint()) / 1e6

/** How long streams may take to show what they should. */
export const STREAM_TIMEOUT_MS = 30_000
