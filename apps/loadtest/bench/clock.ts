/** Milliseconds on the one clock that all threads and processes of the machine share. */
export const now = (): number => Number(process.hrtime.bigint()) / 1e6
