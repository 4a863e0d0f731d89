import { createHash } from 'node:crypto'

/** What is kept of a host key, which is told to nobody but the host: SHA-256, in hex. */
export const hashHostKey = (hostKey: string): string => createHash('sha256').update(hostKey).digest('hex')
